/**
 * Writes that a store could not take, kept in local files until it can: a refresh token was spent for each of them. What is written is sealed
 * already, and it is merged only over what its writer read.
 */
import { objectOf, parseJson } from './json.ts';
import type { Files, Log } from './ports.ts';
import type { SessionStore, StoredEntry } from './store.ts';

const SCHEMA = 'padlock/spill/1';
const NEWLINE = 0x0a;

interface Spilled {
  readonly path: string;
  readonly name: string;
  readonly expected: string | null;
  readonly entry: StoredEntry;
}

export class Spill {
  readonly #files: Files;
  readonly #directory: string;
  readonly #scope: string;
  readonly #log: Log;

  /** `scope`: a file name's part that stands for one store and its key. */
  constructor(files: Files, directory: string, scope: string, log: Log) {
    this.#files = files;
    this.#directory = directory;
    this.#scope = scope;
    this.#log = log;
  }

  /** Keeps a write for later: `next` over what has the tag `expected`, or over nothing. */
  async keep(name: string, expected: string | null, { tag, data }: StoredEntry): Promise<void> {
    const line = JSON.stringify({ schema: SCHEMA, name, expected, tag, bytes: data.length });
    await this.#files.write(`${this.#directory}/${this.#scope}.${crypto.randomUUID()}`, Buffer.concat([Buffer.from(`${line}\n`), data]));
    this.#log.info('store_write_spilled');
  }

  /** How many writes wait. */
  async count(): Promise<number> {
    return (await this.#kept()).length;
  }

  /** Writes what is kept; what somebody wrote over meanwhile is dropped. Throws what the store throws, and keeps the rest then. */
  async merge(store: Pick<SessionStore, 'replace'>): Promise<void> {
    let left = await this.#kept();
    for (let before = -1; left.length > 0 && left.length !== before; ) {
      before = left.length;
      const outdated: Spilled[] = [];
      // One may stand on another, in any order.
      for (const each of left) {
        if (await store.replace(each.name, each.expected, each.entry)) await this.#files.remove(each.path);
        else outdated.push(each);
      }
      left = outdated;
    }
    for (const { path } of left) {
      this.#log.info('spilled_write_dropped');
      await this.#files.remove(path);
    }
  }

  async #kept(): Promise<readonly Spilled[]> {
    const names = (await this.#files.list(this.#directory)).filter((name) => /^[^.]+\.[\da-f-]{36}$/.test(name));
    const paths = names.filter((name) => name.startsWith(`${this.#scope}.`)).map((name) => `${this.#directory}/${name}`);
    const kept: Spilled[] = [];
    for (const path of paths) {
      const bytes = await this.#files.read(path);
      const spilled = bytes && spilledIn(path, bytes);
      if (spilled !== undefined) kept.push(spilled);
    }
    return kept;
  }
}

/** Undefined for what is damaged, or of another version. */
function spilledIn(path: string, bytes: Uint8Array): Spilled | undefined {
  const end = bytes.indexOf(NEWLINE);
  const data = bytes.subarray(end + 1);
  try {
    const { schema, name, expected, tag, bytes: length } = objectOf(parseJson(bytes.subarray(0, end)));
    if (schema !== SCHEMA || typeof name !== 'string' || typeof tag !== 'string' || length !== data.length) return undefined;
    return expected === null || typeof expected === 'string' ? { path, name, expected, entry: { tag, data } } : undefined;
  } catch {
    return undefined; // whatever is wrong with it, it is no write of ours
  }
}
