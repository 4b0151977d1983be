/** Tokens that pages of this bridge carry, so that engines without an Origin header can show where they come from. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface PageTokens {
  /** A token for a page that is served now. @param now milliseconds of a clock that nobody sets */
  make(now: number): string;
  /** True for a token of this process that is not older than a day. @param now milliseconds of a clock that nobody sets */
  check(token: string, now: number): boolean;
}

const STEP_MS = 3_600_000;
const STEPS_VALID = 25;
/** In base 36 more hours than any process lives. */
const SHAPE = /^([0-9a-z]{1,8})\.([A-Za-z0-9_-]{43})$/;

/** Tokens under a secret that ends with the process. They name the hour of their making, so that nothing is stored. */
export const createPageTokens = (): PageTokens => {
  const secret = randomBytes(32);
  const sign = (step: string): Buffer => createHmac('sha256', secret).update(step).digest();
  const stepOf = (now: number): number => Math.floor(now / STEP_MS);
  return {
    make(now) {
      const step = stepOf(now).toString(36);
      return `${step}.${sign(step).toString('base64url')}`;
    },
    check(token, now) {
      const [, step, signature] = SHAPE.exec(token) ?? [];
      if (step === undefined || signature === undefined) return false;
      const age = stepOf(now) - Number.parseInt(step, 36);
      return timingSafeEqual(sign(step), Buffer.from(signature, 'base64url')) && age >= 0 && age < STEPS_VALID;
    },
  };
};
