/** Collects what killed processes left in a store's directory: now and then, after a write, never on the way of a reader. */
import { isPadlockError } from './errors.ts';
import type { Claims } from './file-claim.ts';
import type { Files, Log } from './ports.ts';
import { outdatedAside } from './set-aside.ts';

/** Milliseconds after which a temporary file is nobody's, and between two looks. */
const ABANDONED = 60_000;
const TEMPORARY = /\.tmp$/;
const CLAIM = /\.(lock|lease)(\.break)*$/;
/** Its time of change says when the directory was last looked through, by the same clock as every other file's. */
const MARK = '.swept';

export class FileSweeper {
  readonly #files: Files;
  readonly #claims: Claims;
  readonly #directory: string;
  readonly #log: Log;

  constructor(files: Files, claims: Claims, directory: string, log: Log) {
    this.#files = files;
    this.#claims = claims;
    this.#directory = directory;
    this.#log = log;
  }

  /** `path`: a file that was written just now. What cannot be collected does no harm, and is tried again. */
  async after(path: string): Promise<void> {
    try {
      const mark = `${this.#directory}/${MARK}`;
      const [written, last] = await Promise.all([this.#files.facts(path), this.#files.facts(mark)]);
      if (written === undefined || (last !== undefined && Math.abs(written.changedAt - last.changedAt) < ABANDONED)) return;
      await this.#files.remove(mark);
      await this.#files.create(mark, '', { durable: false });
      await this.#sweep(written.changedAt);
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      this.#log.debug('store_not_swept', { why: error.code });
    }
  }

  async #sweep(now: number): Promise<void> {
    const names = await this.#files.list(this.#directory);
    for (const name of names) {
      const path = `${this.#directory}/${name}`;
      if (CLAIM.test(name)) await this.#claims.collect(path);
      else if (TEMPORARY.test(name)) await this.#removeOld(path, now);
    }
    for (const name of outdatedAside(names)) await this.#files.remove(`${this.#directory}/${name}`);
  }

  async #removeOld(path: string, now: number): Promise<void> {
    const facts = await this.#files.facts(path);
    if (facts !== undefined && now - facts.changedAt > ABANDONED) await this.#files.remove(path);
  }
}
