/** What the log of a bridge says of its sessions, and of failures of its own, whatever was asked of it. */

/** How a session ended, as the bridge's log has it. */
export interface Ended {
  reason: string;
  down: number;
  up: number;
}

interface Line {
  msg?: string;
  target?: string;
  reason?: string;
  down?: number;
  up?: number;
}

/** An error, a fault, a stack trace, an answer INTERNAL, or a warning of Node. */
const TRACE = /"level":(?:50|60)\b|"stack"|^\s+at .+:\d+:\d+\)?$|unhandled|uncaught|INTERNAL|warning:/i;

/** Whether a line says so. */
const isTrace = (line: string): boolean => TRACE.test(line);

/** Reads it line by line. */
export class BridgeLog {
  /** Sessions so far. */
  opened = 0;
  over = 0;
  /** By the port of its target: how the last session with it ended. */
  readonly ended = new Map<number, Ended>();
  /** Lines that say that it has failed. */
  readonly traces: string[] = [];
  #rest = '';

  /** Takes what a bridge prints, cut anywhere. */
  heard(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (isTrace(line)) this.traces.push(line);
      if (line.startsWith('{')) this.#line(JSON.parse(line) as Line);
    }
  }

  #line({ msg, target = '', reason = '', down = 0, up = 0 }: Line): void {
    if (msg === 'session opened') this.opened += 1;
    if (msg !== 'session ended') return;
    this.over += 1;
    this.ended.set(Number(/:(\d+)$/.exec(target)?.[1]), { reason, down, up });
  }
}
