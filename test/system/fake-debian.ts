/** A folder that passes for a Debian system, with an apt-get of its own, for the tests of the installation. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from '../support/process.ts';
import { startProgram } from '../support/process.ts';

/**
 * What the fake apt-get does: installs, installs nothing, fails, or hangs with a package script that goes on for a moment
 * after apt-get itself was stopped. With `no-lists` it knows no package before an update.
 */
export type Behaviour = 'installs' | 'installs-nothing' | 'fails' | 'hangs' | 'no-lists';

/** Every line of the log is a call, or the answer of policy-rc.d as a package script sees it. */
const aptGet = `#!/bin/bash
echo "apt-get $*" >>"$ROOT/log"
ask() { "$ROOT/usr/sbin/policy-rc.d" ssh start; echo "$1 $?" >>"$ROOT/log"; }
if [[ $1 = update ]]; then touch "$ROOT/lists"; exit 0; fi
if [[ $BEHAVIOUR = no-lists && ! -e $ROOT/lists ]]; then echo 'E: Unable to locate package'; exit 100; fi
if [[ $* = *--assume-no* ]]; then echo 'Need to get 5 kB/9 kB of archives.'; echo 'Abort.'; exit 1; fi
ask policy
case $BEHAVIOUR in
  fails) echo 'E: no space left'; exit 100 ;;
  installs-nothing) exit 0 ;;
  hangs)
    (trap 'sleep 0.3; ask late; exit' TERM; echo "hanging $$" >>"$ROOT/log"; while :; do sleep 0.05; done) >/dev/null 2>&1 &
    wait ;;
esac
while read -r proof; do
  mkdir -p "$(dirname "$ROOT$proof")"; printf '#!/bin/sh\\n' >"$ROOT$proof"; chmod 755 "$ROOT$proof"
done <"$ROOT/proofs"
`;

export class FakeDebian {
  readonly root = mkdtempSync(join(tmpdir(), 'netwine-debian-'));
  readonly policy = join(this.root, 'usr/sbin/policy-rc.d');
  readonly aside = `${this.policy}.netwine-aside`;

  constructor(proofs: readonly string[]) {
    this.write('etc/debian_version', '12.0\n');
    this.write('proofs', proofs.map((proof) => `${proof}\n`).join(''));
    this.write('log', '');
    this.write('bin/apt-get', aptGet, 0o755);
    this.write('bin/dpkg', '#!/bin/bash\necho "dpkg $*" >>"$ROOT/log"\n', 0o755);
    mkdirSync(dirname(this.policy), { recursive: true });
  }

  /** Writes a file below the root. */
  write(path: string, text: string, mode = 0o644): void {
    const full = join(this.root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    chmodSync(full, mode);
  }

  /** Puts all programs there. */
  complete(proofs: readonly string[]): void {
    for (const proof of proofs) this.write(proof, '#!/bin/sh\n', 0o755);
  }

  get log(): string {
    return readFileSync(join(this.root, 'log'), 'utf8');
  }

  /** Starts the installation. */
  async start(behaviour: Behaviour, isAdministrator = true): Promise<Program> {
    const script = fileURLToPath(new URL('install.mjs', import.meta.url));
    const options = JSON.stringify({ root: this.root, isAdministrator });
    const code = `const { main } = await import(${JSON.stringify(script)}); await main(${options});`;
    const env = { PATH: `${join(this.root, 'bin')}:/usr/bin:/bin`, ROOT: this.root, BEHAVIOUR: behaviour };
    return await startProgram({ command: process.execPath, args: ['--input-type=module', '-e', code], env });
  }

  /** Starts an installation that hangs, and waits until it does. */
  async hang(): Promise<Program> {
    const program = await this.start('hangs');
    while (!this.log.includes('hanging')) await new Promise((resolve) => setTimeout(resolve, 20));
    return program;
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
