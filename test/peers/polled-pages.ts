/** Pages of a bridge behind a proxy through which only polls work, and the examples of client/README.md among them. */
import { readFileSync } from 'node:fs';
import { projectRoot } from '../house/tree.ts';
import { block, withPorts } from '../readme/readme.ts';
import { startWholeAnswers } from '../support/whole-answers.ts';
import { startBridge } from './bridge.ts';

export interface PolledPages {
  /** Where the pages are; without a slash at its end. */
  readonly url: string;
  /** By which ways the pages have asked for bytes so far. */
  readonly ways: readonly string[];
  stop(): Promise<void>;
}

/** @param port of the only target, on loopback; `/target` is its route */
export const startPolledPages = async (directory: string, port: number): Promise<PolledPages> => {
  const bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${port}`],
    routes: [`/target tcp://127.0.0.1:${port}`],
    args: ['--static', directory],
  });
  const proxy = await startWholeAnswers(bridge.url);
  return {
    url: proxy.url,
    get ways() {
      return proxy.ways;
    },
    async stop() {
      await proxy.close();
      await bridge.stop();
    },
  };
};

/**
 * An example of the class as printed, but for its port, and for the option that leaves nothing but long polls.
 * @param nth which of those below the heading, from 0
 */
export const printedPage = (nth: number, ports: Readonly<Record<number, number>>): string => {
  const document = readFileSync(`${projectRoot}/client/README.md`, 'utf8');
  const page = withPorts(block('A class shaped like WebSocket', 'html', nth, document), ports);
  const made = /(webSocket\('[^']+')\)/;
  if (!made.test(page)) throw new Error(`no class is made in ${page}`);
  return page.replace(made, "$1, { transports: ['xhr-poll'] })");
};
