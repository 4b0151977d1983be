/** Which lines of a bridge's log say that the bridge itself has failed, whatever was asked of it. */

/** An error, a fault, a stack trace, an answer INTERNAL, or a warning of Node. */
const TRACE = /"level":(?:50|60)\b|"stack"|^\s+at .+:\d+:\d+\)?$|unhandled|uncaught|INTERNAL|warning:/i;

/** Whether a line says so. */
export const isTrace = (line: string): boolean => TRACE.test(line);
