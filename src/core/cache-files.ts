/** The disk under the document cache: one file per document, believed only when nobody else can have written it. */

import { isPadlockError } from './errors.ts';
import { objectOf, parseJson } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { Files, Log } from './ports.ts';

export interface CachedDocument {
  readonly value: JsonObject;
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
  readonly expiresAt: number;
}

const SCHEMA = 'padlock/document/1';
const OTHERS_MAY_WRITE = 0o022;

/** A cached key set decides which signatures are good, so its file must be as private as a key. */
export class DocumentFiles {
  readonly #files: Files;
  readonly #directory: string;
  readonly #log: Log;

  constructor(files: Files, directory: string, log: Log) {
    this.#files = files;
    this.#directory = directory;
    this.#log = log;
  }

  /** Undefined for whatever is absent, unreadable, damaged or not private: it is fetched again and then replaced. */
  async read(kind: string, key: string, check?: (value: JsonObject) => void): Promise<CachedDocument | undefined> {
    const path = await this.#path(kind, key);
    try {
      const facts = await this.#files.facts(path);
      if (facts === undefined) return undefined;
      if (facts.kind !== 'file' || !facts.own || ((facts.mode ?? 0) & OTHERS_MAY_WRITE) !== 0) {
        this.#log.debug('cache_ignored', { kind, why: 'not private' });
        return undefined;
      } // check: private cache file
      const bytes = await this.#files.read(path);
      const document = bytes && documentOf(objectOf(parseJson(bytes)));
      if (document !== undefined) check?.(document.value); // check: document from a disk
      return document;
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      this.#log.debug('cache_ignored', { kind, why: error.code });
      return undefined;
    }
  }

  async write(kind: string, key: string, document: CachedDocument): Promise<void> {
    await this.#files.write(await this.#path(kind, key), JSON.stringify({ schema: SCHEMA, ...document }));
  }

  /** The key may hold a proxy's password, so only its hash is written anywhere. */
  async #path(kind: string, key: string): Promise<string> {
    const { createHash } = await import('node:crypto');
    return `${this.#directory}/${kind}-${createHash('sha256').update(key).digest('hex')}.json`;
  }
}

const isTime = (value: JsonValue | undefined): value is number => typeof value === 'number' && Number.isFinite(value);

function documentOf({ schema, value, fetchedAt, expiresAt }: JsonObject): CachedDocument | undefined {
  if (schema !== SCHEMA || value === undefined || !isTime(fetchedAt) || !isTime(expiresAt)) return undefined;
  return { value: objectOf(value), fetchedAt, expiresAt };
}
