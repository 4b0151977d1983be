/** A real VNC server from Debian, and a page that shows it with an unmodified noVNC. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PeerServer, startPeer } from './peer-servers.ts';

const NOVNC = resolve(dirname(fileURLToPath(import.meta.url)), '../../node_modules/@novnc/novnc');

/** Of the desktop that `startVnc` starts. */
export const desktop = { width: 808, height: 606, name: 'netwine test desktop' } as const;

/**
 * TigerVNC with a desktop of its own, patterned in black and white; it looks for a free display number itself. It prints
 * each key that it gets.
 */
export const startVnc = (): Promise<PeerServer> =>
  startPeer('vnc', async (_directory, port) => ({
    command: 'Xtigervnc',
    args: [
      ...['-displayfd', '1', '-rfbport', String(port), '-localhost', '-SecurityTypes', 'None', '-retro'],
      ...['-geometry', `${desktop.width}x${desktop.height}`, '-depth', '24', '-desktop', desktop.name],
      ...['-nolisten', 'tcp', '-nolisten', 'unix', '-Log', '*:stderr:30,VNCSConnST:stderr:100'],
    ],
  }));

/** Waits until the server has got a key. @param keysym [X11 protocol, appendix A] */
export const keyPressed = async ({ program }: PeerServer, keysym: number): Promise<void> => {
  await program.waitFor(new RegExp(`Key pressed: 0x${keysym.toString(16)} `));
};

/** What the page tells of itself. */
export interface Seen {
  connected: boolean;
  /** The name of the desktop, once the server has said it. */
  name: string | null;
  /** Set when the connection has ended. */
  disconnected: 'clean' | 'broken' | null;
  /** The desktop's size in pixels, and how many different colours it has. */
  width: number;
  height: number;
  colours: number;
}

/**
 * `?place=` what to upgrade at, `&protocol=` a subprotocol to offer (a browser gives up where the server does not
 * agree), `&polls` for our class in the place of the browser's. `look()` gives a `Seen`, `rfb` is noVNC's own.
 */
const PAGE = `<!doctype html>
<title>noVNC</title><link rel="icon" href="data:,">
<body style="margin: 0"><div id="screen" style="width: ${desktop.width}px; height: ${desktop.height}px"></div>
<script src="netwine.js"></script>
<script src="netwine-websocket.js"></script>
<script>
  if (location.search.includes('polls')) WebSocket = netwine.webSocket(null, { transports: ['xhr-poll'] });
</script>
<script type="module">
  import RFB from './novnc/core/rfb.js';
  const asked = new URLSearchParams(location.search);
  const seen = { connected: false, name: null, disconnected: null };
  const rfb = new RFB(
    document.getElementById('screen'),
    location.origin.replace('http', 'ws') + asked.get('place'),
    { wsProtocols: asked.getAll('protocol') },
  );
  rfb.addEventListener('connect', () => { seen.connected = true; });
  rfb.addEventListener('desktopname', (event) => { seen.name = event.detail.name; });
  rfb.addEventListener('disconnect', (event) => { seen.disconnected = event.detail.clean ? 'clean' : 'broken'; });
  const look = () => {
    // There is no canvas before the beginning and after the end, and an empty one at first.
    const canvas = document.querySelector('#screen canvas');
    if (!canvas?.width) return { ...seen, width: 0, height: 0, colours: 0 };
    const { width, height } = canvas;
    const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer;
    return { ...seen, width, height, colours: new Set(new Uint32Array(pixels)).size };
  };
  Object.assign(window, { rfb, look });
</script>
`;

/** Makes a folder of static files with noVNC and the page `vnc.html`. @returns the folder, and how to remove it */
export async function makeVncPages(): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'netwine-novnc-'));
  await cp(NOVNC, join(directory, 'novnc'), { recursive: true });
  await writeFile(join(directory, 'vnc.html'), PAGE);
  return { directory, remove: () => rm(directory, { recursive: true }) };
}
