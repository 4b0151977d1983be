/** Real servers from Debian on free loopback ports: throwaway configurations, ended by process id, nothing left behind. */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './ports.ts';
import { type Program, startProgram } from './process.ts';

const run = promisify(execFile);

/** A server that is running. */
export interface PeerServer {
  readonly port: number;
  /** Its temporary directory, which goes with it. */
  readonly directory: string;
  readonly program: Program;
  stop(): Promise<void>;
}

/** What it takes to start a server once its port and its directory are known. */
export interface Recipe {
  command: string;
  args: readonly string[];
}

/** Makes a temporary directory and a port, and starts a server that accepts TCP there. */
export async function startPeer(
  name: string,
  prepare: (directory: string, port: number) => Promise<Recipe>,
): Promise<PeerServer> {
  const directory = await mkdtemp(join(tmpdir(), `netwine-${name}-`));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const port = await freePort();
    const recipe = await prepare(directory, port);
    const program = await startProgram({ ...recipe, cwd: directory, ready: { port } });
    const stop = async (): Promise<void> => {
      await program.stop();
      await remove();
    };
    return { port, directory, program, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

const isRoot = (): boolean => userInfo().uid === 0;
const NOBODY = 65534;

/** OpenSSH. It runs as nobody where we are root: as root it wants /run/sshd, which is not ours to make. */
export const startSshd = (): Promise<PeerServer> =>
  startPeer('sshd', async (directory, port) => {
    const key = join(directory, 'host-key');
    const config = join(directory, 'sshd_config');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await writeFile(config, `HostKey ${key}\nListenAddress 127.0.0.1:${port}\nPidFile none\nUsePAM no\n`);
    const sshd = ['/usr/sbin/sshd', '-D', '-e', '-f', config];
    if (!isRoot()) return { command: '/usr/sbin/sshd', args: sshd.slice(1) };
    await chown(key, NOBODY, NOBODY);
    await chmod(directory, 0o755);
    return { command: 'setpriv', args: ['--reuid=nobody', '--regid=nogroup', '--clear-groups', ...sshd] };
  });

/** Redis without persistence, on its port and on `redis.sock` in its directory. */
export const startRedis = (): Promise<PeerServer> =>
  startPeer('redis', async (directory, port) => ({
    command: 'redis-server',
    args: [
      ...['--bind', '127.0.0.1', '--port', String(port), '--unixsocket', join(directory, 'redis.sock')],
      ...['--save', '', '--appendonly', 'no', '--dir', directory, '--daemonize', 'no'],
    ],
  }));

/** The one name that the DNS server knows, and its address. */
export const dnsName = { name: 'peer.netwine.test', address: '192.0.2.77' } as const;

/** A DNS server on UDP and TCP that knows `dnsName` and asks nobody. */
export const startDns = (): Promise<PeerServer> =>
  startPeer('dns', async (_directory, port) => ({
    command: 'dnsmasq',
    args: [
      ...['--keep-in-foreground', '--conf-file=/dev/null', `--port=${port}`, '--listen-address=127.0.0.1'],
      ...['--bind-interfaces', '--no-resolv', '--no-hosts', '--no-poll', '--pid-file', '--log-facility=-'],
      ...[`--user=${userInfo().username}`, `--address=/${dnsName.name}/${dnsName.address}`],
    ],
  }));

/** Mosquitto for MQTT over TCP, without passwords. */
export const startMosquitto = (): Promise<PeerServer> =>
  startPeer('mosquitto', async (directory, port) => {
    const config = join(directory, 'mosquitto.conf');
    const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false', 'log_dest stderr'];
    await writeFile(config, `${lines.join('\n')}\nuser ${userInfo().username}\n`);
    return { command: 'mosquitto', args: ['-c', config] };
  });

/** ngIRCd for IRC over TCP. It lets nobody in who has not answered its PING. */
export const startNgircd = (): Promise<PeerServer> =>
  startPeer('ngircd', async (directory, port) => {
    const config = join(directory, 'ngircd.conf');
    await writeFile(config, ngircdConfig(port));
    return { command: 'ngircd', args: ['--nodaemon', '--config', config] };
  });

const ngircdConfig = (port: number): string => `
  [Global]
  Name = irc.netwine.test
  Info = A server of tests
  Listen = 127.0.0.1
  Ports = ${port}
  MotdPhrase = Welcome
  [Limits]
  MaxConnectionsIP = 0
  [Options]
  DNS = no
  Ident = no
  PAM = no
  RequireAuthPing = yes
`;

export interface NginxOptions {
  /** Files that it serves, by name. */
  files: Readonly<Record<string, Uint8Array>>;
  /** Makes it speak TLS with this certificate and key (PEM). */
  tls?: { certificate: string; key: string };
}

/** nginx with static files; `/` and what lies below it in `files`. */
export const startNginx = ({ files, tls }: NginxOptions): Promise<PeerServer> =>
  startPeer('nginx', async (directory, port) => {
    const config = join(directory, 'nginx.conf');
    const root = join(directory, 'root');
    await mkdir(root);
    const all: Record<string, string | Uint8Array> = { [config]: nginxConfig(directory, port, tls !== undefined) };
    for (const [name, content] of Object.entries(files)) all[join(root, name)] = content;
    if (tls) Object.assign(all, { [join(directory, 'crt')]: tls.certificate, [join(directory, 'key')]: tls.key });
    await Promise.all(Object.entries(all).map(([path, content]) => writeFile(path, content)));
    return { command: 'nginx', args: ['-p', directory, '-c', config, '-e', 'stderr'] };
  });

const nginxConfig = (directory: string, port: number, tls: boolean): string => {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off; master_process off; pid ${directory}/pid; error_log stderr warn;
    events { worker_connections 64; }
    http {
      access_log off;
      ${scratch.map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}
      server {
        listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
        ${tls ? `ssl_certificate ${directory}/crt; ssl_certificate_key ${directory}/key;` : ''}
        root ${directory}/root;
        default_type application/octet-stream;
      }
    }`;
};

/** An authority made for one test, and a certificate of it for `localhost` and 127.0.0.1; all PEM. */
export interface Certificates {
  ca: string;
  certificate: string;
  key: string;
}

/** Makes `Certificates` with openssl. */
export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'netwine-certificates-'));
  const openssl = (args: string): Promise<unknown> => run('openssl', args.split(' '), { cwd: directory });
  const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  try {
    await openssl(`req -x509 ${key} -days 2 -subj /CN=netwine-test-authority -keyout ca.key -out ca.pem`);
    await openssl(`req ${key} -subj /CN=localhost -keyout server.key -out server.csr`);
    await writeFile(join(directory, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    await openssl('x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 2 -extfile names -out server.pem');
    const [ca, certificate, serverKey] = await Promise.all([read('ca.pem'), read('server.pem'), read('server.key')]);
    return { ca, certificate, key: serverKey };
  } finally {
    await rm(directory, { recursive: true });
  }
}
