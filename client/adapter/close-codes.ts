/** The close code of a WebSocket for each way in which a connection is over. [PROTOCOL 8, 10] */
import type { Final } from '../core/types.ts';

const CLEAN = 1000;
/** Codes of programs begin here. [RFC 6455 7.4.2] */
const FIRST_OWN = 4000;

/** HTTP statuses, with the codes that have them. */
const statuses: { [status: string]: string } = {
  '400': 'BAD_REQUEST BAD_TARGET',
  '401': 'UNAUTHENTICATED',
  '403': 'DENIED_CLIENT DENIED_TARGET DENIED_ORIGIN REVOKED',
  '408': 'IDLE',
  '409': 'OFFSET MOVED',
  '410': 'GONE ABANDONED',
  '413': 'TOO_LARGE',
  '415': 'UNSUPPORTED',
  '421': 'MISDIRECTED',
  '429': 'LIMIT',
  '502': 'UNKNOWN_HOST REFUSED UNREACHABLE RESET',
  '503': 'DRAINING AWAY SHUTDOWN',
  '504': 'TIMEOUT NO_ANSWER',
};

/** 4500 for what is not in the table; a program that has ended says how in its text. */
export const closeCodeOf = ({ code, text }: Final): number => {
  if (code === 'CLOSED' || code === 'LEFT') return CLEAN;
  if (code === 'EXITED') return FIRST_OWN + (Number((/\d+/.exec(text) || [])[0]) || 0);
  for (const status in statuses) {
    if (` ${statuses[status]} `.indexOf(` ${code} `) >= 0) return FIRST_OWN + Number(status);
  }
  return FIRST_OWN + 500;
};
