/** A screen that nobody sees, for engines that open a window. */
import type { Readable } from 'node:stream';
import type { EngineProcess } from '../../support/engine-process.ts';

/** Starts a screen as one of the engine's own processes; it takes the first free number itself. @returns its DISPLAY */
export const startDisplay = async (engine: EngineProcess, program: string): Promise<string> => {
  const args = ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp', '-noreset'];
  const child = await engine.start(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const told = child.stdio[3] as Readable;
  // The number and the end of its line may come apart.
  const number = await new Promise<string>((resolve) => {
    let line = '';
    told.setEncoding('utf8').on('data', (text: string) => {
      line += text;
      if (line.endsWith('\n')) resolve(line.trim());
    });
    told.once('end', () => resolve(''));
  });
  if (number === '') throw new Error(`${program} opened no screen:\n${engine.output}`);
  return `:${number}`;
};
