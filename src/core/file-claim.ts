/**
 * Claims on files: exactly one process creates the file and holds what it stands for, until it removes the file or is gone.
 * Whether it is gone is told by its process where that can be seen from here, else by the time since it last renewed its claim.
 */
import { fail } from './errors.ts';
import { objectOf, parseJson } from './json.ts';
import type { Clock, FileFacts, Files, Host, ProcessIdentity } from './ports.ts';

export interface ClaimWorld {
  readonly files: Files;
  readonly host: Host;
  readonly clock: Clock;
}

/** Milliseconds by which others believe longer in a claim than its holder does; and in one that cannot be read. */
const GRACE = 1000;
/** Milliseconds; no claim is believed in for longer without being renewed. */
const LONGEST = 600_000;
/** Milliseconds; taking a claim over takes a few. */
const TAKEOVER = 5000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A temporary file of a claim's holder; whoever takes the claim over removes it. */
const scratchOf = (path: string, nonce: string): string => `${path}.${nonce}.tmp`;

interface Made {
  readonly path: string;
  readonly nonce: string;
  /** What its file says. */
  readonly text: string;
  readonly length: number;
  /** When it was made, by the clock and by one that nobody sets. */
  readonly since: number;
  readonly ticks: number;
}

/** What is held, as long as `remaining()` is not zero. */
export class Claim {
  /** A path for a temporary file; it is collected if its holder is killed. */
  readonly scratch: string;
  readonly #claims: Claims;
  readonly #clock: Clock;
  readonly #path: string;
  readonly #text: string;
  readonly #length: number;
  #since: number;
  #ticks: number;
  #held = true;

  constructor(claims: Claims, clock: Clock, { path, nonce, text, length, since, ticks }: Made) {
    this.#claims = claims;
    this.#clock = clock;
    this.scratch = scratchOf(path, nonce);
    this.#path = path;
    this.#text = text;
    this.#length = length;
    this.#since = since;
    this.#ticks = ticks;
  }

  /** Milliseconds. Neither a clock that is set back nor a machine that slept makes it longer. */
  remaining(): number {
    const passed = Math.max(this.#clock.now() - this.#since, performance.now() - this.#ticks);
    return this.#held ? Math.max(0, this.#length - passed) : 0;
  }

  /** False when it is not ours any more. A claim that ended is never revived: another may just be taking it over. */
  async renew(): Promise<boolean> {
    if (this.remaining() === 0) return false;
    const [since, ticks] = [this.#clock.now(), performance.now()];
    if (!(await this.#claims.touch(this.#path, this.#text))) this.#held = false;
    this.#since = since;
    this.#ticks = ticks;
    return this.remaining() > 0;
  }

  async release(): Promise<void> {
    if (!this.#held) return;
    const inTime = this.remaining() > 0;
    this.#held = false;
    await this.#claims.drop(this.#path, this.#text, inTime);
  }
}

/** What a claim's file says. Undefined for one that is being written, or was left half written. */
interface Holder {
  readonly process: ProcessIdentity;
  readonly nonce: string;
  readonly length: number;
}

interface Seen {
  readonly text: string;
  readonly changedAt: number;
  readonly holder: Holder | undefined;
}

export class Claims {
  readonly #files: Files;
  readonly #host: Host;
  readonly #clock: Clock;

  constructor({ files, host, clock }: ClaimWorld) {
    this.#files = files;
    this.#host = host;
    this.#clock = clock;
  }

  /** Undefined while another holds it. */
  async take(path: string, length: number): Promise<Claim | undefined> {
    const nonce = crypto.randomUUID();
    const text = JSON.stringify({ process: await this.#host.identity(), nonce, length });
    const made = (): Made => ({ path, nonce, text, length, since: this.#clock.now(), ticks: performance.now() });
    for (let tries = 0; tries < 3; tries++) {
      const created = made();
      if (await this.#files.create(path, text, { durable: false })) return new Claim(this, this.#clock, created);
      const seen = await this.#look(path);
      if (seen === undefined) continue; // it was released just now
      if (await this.#isLive(path, seen)) return undefined;
      const taken = made();
      return (await this.#takeOver(path, seen, text)) ? new Claim(this, this.#clock, taken) : undefined;
    }
    return undefined;
  }

  /** Waits for it. Throws `store_locked` when that takes longer than `patience` milliseconds. */
  async hold(path: string, length: number, patience: number): Promise<Claim> {
    const until = this.#clock.now() + patience;
    for (let pause = 4; ; pause = Math.min(64, pause * 1.5)) {
      const claim = await this.take(path, length);
      if (claim !== undefined) return claim;
      if (this.#clock.now() > until)
        fail('store_locked', 'Another process is writing the stored sessions and does not finish.', {
          hint: 'Try again, or look for a padlock that hangs.',
        });
      await this.#clock.sleep(pause * (0.5 + Math.random()));
    }
  }

  /** Who holds it, for people: `since` by the clock of the file system. Undefined when nobody does. */
  async holder(path: string): Promise<{ readonly pid: number | undefined; readonly isLive: boolean; readonly since: number } | undefined> {
    const seen = await this.#look(path);
    return seen && { pid: seen.holder?.process.pid, isLive: await this.#isLive(path, seen), since: seen.changedAt };
  }

  /** Removes a claim whose holder is gone. */
  async collect(path: string): Promise<void> {
    const seen = await this.#look(path);
    if (seen !== undefined && !(await this.#isLive(path, seen))) await this.#whileBreaking(path, seen, () => this.#files.remove(path));
  }

  /** For the holder: tells the others that it is still there. */
  touch(path: string, text: string): Promise<boolean> {
    return this.#files.touch(path, text);
  }

  /** For the holder. One whose time is over may be about to be taken over, so it does not remove what could be another's. */
  async drop(path: string, text: string, inTime: boolean): Promise<void> {
    const seen = await this.#look(path);
    if (seen?.text !== text) return;
    if (inTime) await this.#files.remove(path);
    else await this.#whileBreaking(path, seen, () => this.#files.remove(path));
  }

  /** In one step: there is never a moment in which a third could create it. */
  #takeOver(path: string, dead: Seen, text: string): Promise<boolean> {
    return this.#whileBreaking(path, dead, async (scratch) => {
      await this.#files.create(scratch, text, { durable: false });
      await this.#files.move(scratch, path);
    });
  }

  /**
   * Only one at a time may touch what a dead holder left, and only if it is still what was seen: so of many who find it dead
   * one gets it, and nobody takes a living one for it. False for everybody else.
   */
  async #whileBreaking(path: string, dead: Seen, work: (scratch: string) => Promise<void>): Promise<boolean> {
    const breaking = await this.take(`${path}.break`, TAKEOVER);
    if (breaking === undefined) return false;
    try {
      const now = await this.#look(path);
      if (now?.text !== dead.text || now.changedAt !== dead.changedAt) return false;
      if (dead.holder !== undefined) await this.#files.remove(scratchOf(path, dead.holder.nonce));
      if (breaking.remaining() === 0) return false;
      await work(breaking.scratch);
      return true;
    } finally {
      await breaking.release();
    }
  }

  async #look(path: string): Promise<Seen | undefined> {
    const facts: FileFacts | undefined = await this.#files.facts(path);
    const bytes = facts?.kind === 'file' ? await this.#files.read(path) : encoder.encode('');
    if (facts === undefined || bytes === undefined) return undefined;
    return { text: decoder.decode(bytes), changedAt: facts.changedAt, holder: holderIn(bytes) };
  }

  async #isLive(path: string, { changedAt, holder }: Seen): Promise<boolean> {
    const running = holder && (await this.#host.isRunning(holder.process));
    if (running !== undefined) return running;
    // A clock that was set back must not make it eternal.
    return Math.abs((await this.#fileTime(path)) - changedAt) <= Math.min(holder?.length ?? 0, LONGEST) + GRACE;
  }

  /** The time by the clock that `changedAt` goes by: another machine's, perhaps. */
  async #fileTime(path: string): Promise<number> {
    const probe = scratchOf(path, crypto.randomUUID());
    await this.#files.create(probe, '', { durable: false });
    const facts = await this.#files.facts(probe);
    await this.#files.remove(probe);
    return facts?.changedAt ?? this.#clock.now();
  }
}

const isText = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string';

function holderIn(bytes: Uint8Array): Holder | undefined {
  try {
    const { process, nonce, length } = objectOf(parseJson(bytes));
    const { host, boot, namespace, pid, started } = objectOf(process ?? null);
    if (typeof nonce !== 'string' || !/^[\w-]{8,64}$/.test(nonce) || typeof length !== 'number' || !(length >= 0)) return undefined;
    if (!Number.isSafeInteger(pid) || !isText(host) || !isText(boot) || !isText(namespace) || !isText(started)) return undefined;
    return { process: { host, boot, namespace, pid: pid as number, started }, nonce, length };
  } catch {
    return undefined; // whatever is wrong with it, nobody is known to hold it
  }
}
