/** Addresses as numbers, and their classes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { embedded, isIn, literal, mergeRanges, parseRange, type Range } from '../../../server/policy/address.ts';
import {
  classNames,
  classRanges,
  isGuarded,
  isMetadata,
  isWhollyGuarded,
} from '../../../server/policy/address-class.ts';

const address = (text: string) => literal(text) ?? expect.fail(`${text} is no address`);
const range = (text: string) => parseRange(text) ?? expect.fail(`${text} is no range`);

const classOf = (text: string): string[] =>
  classNames.filter((name) => isIn(classRanges(name) ?? [], address(text)) && name !== 'guarded');

test.each([
  ['127.255.255.255', ['loopback']],
  ['::1', ['loopback']],
  ['10.0.0.0', ['private']],
  ['172.32.0.0', []],
  ['fdff::', ['private']],
  ['169.254.169.254', ['linklocal', 'metadata']],
  ['168.63.129.16', ['metadata']],
  ['100.127.255.255', ['cgnat']],
  ['100.128.0.0', []],
  ['239.0.0.1', ['multicast']],
  ['ff02::1', ['multicast']],
  ['0.0.0.0', ['reserved']],
  ['::', ['reserved']],
  ['::2', ['reserved']],
  ['255.255.255.255', ['reserved']],
  ['192.0.1.0', []],
  ['198.20.0.0', []],
  ['2001::1', ['reserved']],
  ['2001:200::1', []],
  ['2001:4860:4860::8888', []],
  ['2000::', []],
  ['3ffe::1', []],
  ['fe00::1', ['reserved']],
  ['febf::1', ['linklocal']],
  ['fec0::1', ['reserved']],
])('%s is of the classes %j', (text, expected) => {
  expect(classOf(text)).toEqual(expected);
  expect(isGuarded(address(text))).toBe(expected.length > 0);
});

test.each([
  ['64:ff9b::7f00:1', ['127.0.0.1']],
  ['64:ff9b:1::7f00:1', ['127.0.0.1']],
  ['2002:7f00:1::', ['127.0.0.1']],
  ['::10.0.0.1', ['10.0.0.1']],
  ['::ffff:0:10.0.0.1', ['10.0.0.1']],
  ['2001:0:5db8:d822:0:0:f5ff:fffe', ['93.184.216.34', '10.0.0.1']],
  ['2606:2800::1', []],
  ['10.0.0.1', []],
])('%s carries %j', (text, expected) => {
  expect(embedded(address(text))).toEqual(expected.map(address));
});

test('a metadata server inside an IPv6 address is one', () => {
  expect(isMetadata(address('2002:a9fe:a9fe::1'))).toBe(true);
  expect(isMetadata(address('2002:a9fe:a9ff::1'))).toBe(false);
});

test('a range over several neighbouring classes is guarded as a whole, one beyond them is not', () => {
  expect(isWhollyGuarded(range('224.0.0.0-255.255.255.255'))).toBe(true);
  expect(isWhollyGuarded(range('::-::9'))).toBe(true);
  expect(isWhollyGuarded(range('223.255.255.255-224.0.0.1'))).toBe(false);
  expect(isWhollyGuarded(range('10.0.0.0/7'))).toBe(false);
});

const bits = (family: 4 | 6): number => (family === 4 ? 32 : 128);
const ip = fc.oneof(fc.ipV4(), fc.ipV6());

test('a block holds exactly the addresses that share its first bits', () => {
  fc.assert(
    fc.property(ip, ip, fc.nat(128), (text, other, length) => {
      const [base, probe] = [address(text), address(other)];
      const shift = BigInt(bits(base.family) - Math.min(length, bits(base.family)));
      const low = (base.value >> shift) << shift;
      const block = { family: base.family, low, high: low + (1n << shift) - 1n };
      expect(isIn([block], base)).toBe(true);
      expect(isIn([block], probe)).toBe(probe.family === base.family && probe.value >> shift === base.value >> shift);
    }),
  );
});

test('merged ranges hold what the ranges held', () => {
  const small = fc.tuple(fc.constantFrom<4 | 6>(4, 6), fc.bigInt(0n, 60n), fc.bigInt(0n, 9n));
  fc.assert(
    fc.property(fc.array(small), (triples) => {
      const ranges: Range[] = triples.map(([family, low, more]) => ({ family, low, high: low + more }));
      const merged = mergeRanges(ranges);
      for (const family of [4, 6] as const) {
        for (let value = 0n; value < 72n; value += 1n) {
          expect(isIn(merged, { family, value })).toBe(isIn(ranges, { family, value }));
        }
      }
      const sameFamily = merged.slice(1).filter((each, index) => each.family === merged[index]?.family);
      expect(
        sameFamily.every((each) =>
          merged.every(
            (other) =>
              other === each ||
              other.family !== each.family ||
              other.high + 1n < each.low ||
              each.high + 1n < other.low,
          ),
        ),
      ).toBe(true);
    }),
  );
});
