/** Keys and public ids: made here, looked up by their hash. */
import { hash } from 'node:crypto';
import { nanoid } from 'nanoid';

/** 22 url-safe characters: 132 random bits. [PROTOCOL 3, the one-time key] */
export const makeKey = (): string => nanoid(22);

/** A session's public id, for logs and INFO: says nothing about the key. */
export const makeId = (): string => nanoid(10);

/** Longer texts cannot be keys and are not hashed. */
const LONGEST_KEY = 128;

/** What a table is indexed by, so that a look-up does not tell by its time how much of a guess was right. */
export const keyHash = (key: string): string => (key.length > LONGEST_KEY ? '' : hash('sha256', key, 'base64url'));
