/** A stored entry as a file: one line that says what it is, then its sealed bytes. A torn or foreign file is recognised as such. */
import { fail } from './errors.ts';
import { objectOf, parseJson } from './json.ts';
import type { StoredEntry } from './store.ts';

const VERSION = 1;
const SCHEMA = /^padlock\/entry\/([1-9]\d{0,8})$/;
/** Bytes. */
const LONGEST_LINE = 1024;
const NEWLINE = 0x0a;

export function entryBytes({ tag, data }: StoredEntry): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ schema: `padlock/entry/${VERSION}`, tag, bytes: data.length })}\n`), data]);
}

/** Undefined for what is damaged or no entry. Throws `store_version` for one of a newer Padlock, whatever follows its first line. */
export function entryIn(bytes: Uint8Array): StoredEntry | undefined {
  const end = bytes.subarray(0, LONGEST_LINE).indexOf(NEWLINE);
  const line = end < 0 ? undefined : lineIn(bytes.subarray(0, end));
  const version = Number(SCHEMA.exec(String(line?.schema))?.[1]);
  if (version > VERSION) newer();
  const data = bytes.subarray(end + 1);
  if (version !== VERSION || typeof line?.tag !== 'string' || line.bytes !== data.length) return undefined;
  return { tag: line.tag, data };
}

/** Throws `store_version`. */
export function newer(): never {
  fail('store_version', 'The stored sessions were written by a newer Padlock.', {
    hint: 'Update Padlock, or sign in with another --store.',
  });
}

function lineIn(bytes: Uint8Array): { readonly [member: string]: unknown } | undefined {
  try {
    return objectOf(parseJson(bytes));
  } catch {
    return undefined; // nothing of ours
  }
}
