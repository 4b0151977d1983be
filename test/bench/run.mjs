/** `npm run bench`: what the bridge costs beside a plain pipe, in one run, medians of interleaved rounds. */
import * as clients from './clients.mjs';
import { startAll, WIDE_BYTES } from './processes.mjs';

const GIB = 2 ** 30;
const rounds = Number(process.argv[2] ?? 5);
const ms = Number(process.argv[3] ?? 1000);

const all = await startAll();
const { bridge, wide, pipe, targets } = all;

const run = async (server, client, options) => {
  const before = await server.cpu();
  const amount = await client({ ...options, ms });
  return { amount, cpu: (await server.cpu()) - before };
};

/** The same client several times at once; what it moves is added up. */
const times = (count, client) => async (options) => {
  const amounts = await Promise.all(Array.from({ length: count }, () => client(options)));
  return amounts.reduce((sum, amount) => sum + amount, 0);
};

const onPipe = (name, client, options) => () => run(pipe, client, { port: pipe.ports[name], ...options });
const onWide = (name, client, options) => () =>
  run(wide, client, { port: wide.port, target: targets[name], ...options });
const onBridge = (name, client, options) => () =>
  run(bridge, client, { port: bridge.port, target: targets[name], ...options });

/** Each row beside the pipe that it is measured against; `per` says in what the cost is given. */
const rows = [
  { name: 'pipe down', per: 'GiB', run: onPipe('source', clients.pipeDown) },
  { name: 'raw stream down', per: 'GiB', to: 'pipe down', limit: 1.2, run: onBridge('source', clients.rawDown) },
  {
    name: 'frames, window 4 MiB',
    per: 'GiB',
    to: 'pipe down',
    limit: 1.5,
    run: onWide('source', clients.framesDown, { window: WIDE_BYTES }),
  },
  {
    name: 'frames, window 256 KiB',
    per: 'GiB',
    to: 'pipe down',
    run: onBridge('source', clients.framesDown, { window: 256 * 1024 }),
  },
  { name: 'WebSocket down', per: 'GiB', to: 'pipe down', limit: 1.1, run: onBridge('source', clients.wsDown) },
  { name: 'pipe up, 64 KiB', per: 'GiB', run: onPipe('sink', clients.pipeUp, { size: 65536 }) },
  {
    name: 'posts of 64 KiB',
    per: 'GiB',
    to: 'pipe up, 64 KiB',
    limit: 2,
    run: onBridge('sink', clients.posts, { size: 65536 }),
  },
  {
    name: 'Node HTTP alone, 64 KiB',
    per: 'GiB',
    to: 'pipe up, 64 KiB',
    run: onPipe('http', clients.barePosts, { size: 65536 }),
  },
  { name: 'pipe up, 8 at once', per: 'GiB', run: onPipe('sink', times(8, clients.pipeUp), { size: 65536 }) },
  {
    name: 'posts of 64 KiB, 8 at once',
    per: 'GiB',
    to: 'pipe up, 8 at once',
    limit: 2,
    run: onBridge('sink', times(8, clients.posts), { size: 65536 }),
  },
  {
    name: 'posts of 1 MiB',
    per: 'GiB',
    to: 'pipe up, 64 KiB',
    run: onBridge('sink', clients.posts, { size: 1024 * 1024 }),
  },
  {
    name: 'WebSocket up, 64 KiB',
    per: 'GiB',
    to: 'pipe up, 64 KiB',
    run: onBridge('sink', clients.wsUp, { size: 65536 }),
  },
  { name: 'posts of 64 bytes', per: 'post', size: 64, run: onBridge('sink', clients.posts, { size: 64 }) },
  { name: 'pipe set-up', per: 'set-up', run: onPipe('silent', clients.pipeSetUps) },
  { name: 'set-up and close', per: 'set-up', run: onBridge('silent', clients.setUps) },
];

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const only = process.argv[4];
const chosen = only ? rows.filter(({ name }) => /^(pipe|Node)/.test(name) || name.includes(only)) : rows;
const cost = (row, { amount, cpu }) =>
  row.per === 'GiB' ? cpu / (amount / GIB) : (cpu * 1e6) / (amount / (row.size ?? 1));
const results = new Map(chosen.map(({ name }) => [name, []]));
for (let round = 0; round <= rounds; round += 1) {
  for (const row of chosen) {
    if (process.stderr.isTTY || process.env.BENCH_VERBOSE) process.stderr.write(`${round} ${row.name}\n`);
    const result = await row.run();
    // The first round warms up.
    if (round > 0) results.get(row.name).push({ cost: cost(row, result), rate: result.amount / (ms / 1000) });
  }
}

console.log(
  `CPU of the server process, medians of ${rounds} interleaved rounds of ${ms} ms, Node ${process.version}\n`,
);
console.log(
  `${'path'.padEnd(28)}${'CPU'.padStart(18)}${'rate'.padStart(14)}${'to the pipe'.padStart(13)}${'required'.padStart(10)}`,
);
let failed = false;
for (const row of chosen) {
  const own = results.get(row.name);
  const value = median(own.map((result) => result.cost));
  const ratio = row.to ? median(own.map((result, i) => result.cost / results.get(row.to)[i].cost)) : null;
  const unit = row.per === 'GiB' ? `${value.toFixed(2)} s/GiB` : `${value.toFixed(1)} us/${row.per}`;
  const rate = median(own.map((result) => result.rate));
  const shown = row.per === 'GiB' ? `${(rate / 2 ** 20).toFixed(0)} MiB/s` : `${(rate / (row.size ?? 1)).toFixed(0)}/s`;
  const bad = row.limit && ratio > row.limit;
  failed ||= bad;
  console.log(
    row.name.padEnd(28) +
      unit.padStart(18) +
      shown.padStart(14) +
      (ratio ? ratio.toFixed(2) : '').padStart(13) +
      (row.limit ? `<= ${row.limit}${bad ? ' !' : ''}` : '').padStart(10),
  );
}

if (!only) {
  console.log(`\n${'idle sessions'.padEnd(28)}${'KiB each'.padStart(18)}${'required'.padStart(37)}`);
  for (const { held, limit } of [
    { held: false, limit: 24 },
    { held: true, limit: 32 },
  ]) {
    const count = 1000;
    const before = await bridge.memory();
    const end = await clients.idle({ port: bridge.port, target: targets.silent, count, held });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const each = ((await bridge.memory()) - before) / count;
    const bad = each > limit;
    failed ||= bad;
    console.log(
      `${(held ? 'with a held answer' : 'without one').padEnd(28)}${each.toFixed(1).padStart(18)}${`<= ${limit}${bad ? ' !' : ''}`.padStart(37)}`,
    );
    end();
  }
}
await all.stop();
if (failed) console.log('\n! over what is required');
