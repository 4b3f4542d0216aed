/** What a row provokes with, as one text: two rows with the same are one row. */
import { createHash } from 'node:crypto';
import type { Provocation, Row, World } from './row.ts';

function plain(_: string, value: unknown): unknown {
  if (value === undefined) return 'undefined'; // what is taken away
  if (typeof value === 'function') return [String(value), Object.entries(value)];
  if (value instanceof RegExp) return String(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return value;
}

/**
 * Of argv, environment, standard input, files, the server's script and what was done to the home. A function counts by its source and by what it
 * was told (`knowing`); the exit code counts for those that were told nothing. Ports, canaries and the home's path, which differ each time, do not.
 */
export function fingerprint(
  { answers, listen, signedIn, exit }: Row,
  provocation: Provocation,
  { home, net }: World,
  canaries: readonly string[],
  done?: readonly string[],
): string {
  let text = JSON.stringify({ answers, listen, signedIn, exit, provocation, done }, plain);
  text = text.replaceAll(home, 'HOME');
  for (const port of net.ports) text = text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), 'PORT');
  for (const canary of canaries) text = text.replaceAll(canary, 'CANARY');
  return createHash('sha256').update(text).digest('hex');
}

/** A function that was made by another, and what it was told. */
export const knowing = <F extends (...given: never[]) => unknown>(told: object, made: F): F => Object.assign(made, { told });
