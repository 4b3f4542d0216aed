/** What a row provokes with, as one text: two rows with the same are one row. */
import { createHash } from 'node:crypto';
import type { Provocation, Row, World } from './row.ts';

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'function' || value instanceof RegExp) return String(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return value;
}

/**
 * Of argv, environment, standard input, files and the server's script. Ports, canaries and the home, which differ each time, do not count.
 * The exit code does: a function's text does not show what it closes over, the signal that it sends.
 */
export function fingerprint(
  { answers, listen, signedIn, exit }: Row,
  provocation: Provocation,
  { home, net }: World,
  canaries: readonly string[],
): string {
  let text = JSON.stringify({ answers, listen, signedIn, exit, provocation }, plain);
  text = text.replaceAll(home, 'HOME');
  for (const port of net.ports) text = text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), 'PORT');
  for (const canary of canaries) text = text.replaceAll(canary, 'CANARY');
  return createHash('sha256').update(text).digest('hex');
}
