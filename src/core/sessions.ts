/** The stored sessions: found by who they belong to, read and written under opaque names, sealed. */
import { isPadlockError, type PadlockError } from './errors.ts';
import { inject, injectable, token } from './inject.ts';
import { Notices } from './ports.ts';
import { decodeRecord, encodeRecord, type SessionIdentity, type SessionRecord, sorted } from './session-record.ts';
import type { Lease, StoredEntry } from './store.ts';
import { type Opened, StoreOpener } from './store-opener.ts';

/** Whose sessions these are: `padlock` for the command line, another name for a tool of one's own. */
export const App = token<string>('App');

/** A record as it was read: whoever writes says which one it was. */
export interface Held {
  readonly name: string;
  readonly tag: string;
  readonly record: SessionRecord;
}

/** What of an identity a caller knows; the rest is the stored session's. */
export type Wanted = Partial<Omit<SessionIdentity, 'app' | 'profile'>> & Pick<SessionIdentity, 'app' | 'profile'>;

@injectable()
export class Sessions {
  readonly #opener: StoreOpener;
  readonly #notices: Notices;
  #opened: Promise<Opened> | undefined;

  constructor(@inject(StoreOpener) opener: StoreOpener, @inject(Notices) notices: Notices) {
    this.#opener = opener;
    this.#notices = notices;
  }

  /** Where sessions are kept, for people. */
  async place(): Promise<Opened['place']> {
    return (await this.#open()).place;
  }

  /** The name of a session. */
  async nameOf({ app, profile, issuer, clientId, flow, who }: SessionIdentity): Promise<string> {
    return (await this.#open()).vault.nameOf('session', app, profile, issuer, clientId, flow, sorted(who));
  }

  /** The session of exactly this identity, else the current one of the profile if nothing that is known of it differs. */
  async find(wanted: Wanted): Promise<Held | undefined> {
    for (const [at, name] of (await this.namesOf(wanted)).entries()) {
      const held = await this.read(name);
      if (held !== undefined && (at === 0 || agrees(held.record.identity, wanted))) return held;
    }
    return undefined;
  }

  /** Names that such a session may have: its own, as far as it is known, and that of the profile's current one. */
  async namesOf({ app, profile, issuer, clientId, flow, who = {} }: Wanted): Promise<readonly string[]> {
    const exact =
      issuer !== undefined && clientId !== undefined && flow !== undefined
        ? await this.nameOf({ app, profile, issuer, clientId, flow, who })
        : '';
    return [exact, (await this.#current(app, profile)) ?? ''];
  }

  /** Forgets what a caller may mean, whether it can be read or not. */
  async forget(wanted: Wanted): Promise<void> {
    const { vault } = await this.#open();
    const names = await this.namesOf(wanted).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return [vault.nameOf('current', wanted.app, wanted.profile)];
    });
    for (const name of names) if (name !== '') await this.remove(name);
  }

  async read(name: string): Promise<Held | undefined> {
    if (name === '') return undefined;
    const { store, tell, vault } = await this.#open();
    const entry = await store.read(name);
    tell();
    return entry && { name, tag: entry.tag, record: decodeRecord(vault.open(name, entry.data)) };
  }

  /** Writes a record over what was read: a tag, null for none, undefined for whatever is there. Undefined when something else was. */
  async write(name: string, expected: string | null | undefined, record: SessionRecord): Promise<Held | undefined> {
    const { entry, store, tell } = await this.#sealed(name, record);
    const written = await store.replace(name, expected, entry);
    tell();
    return written ? { name, tag: entry.tag, record } : undefined;
  }

  /** Writes what cannot be had twice: where the store cannot take it now, it is kept on this machine, if it can be, and merged later. */
  async writeForSure(name: string, expected: string, record: SessionRecord): Promise<Held | undefined> {
    const { entry, store, tell } = await this.#sealed(name, record);
    try {
      if (!(await store.replace(name, expected, entry))) return undefined;
    } catch (error) {
      if (!isPadlockError(error) || error.category !== 'storage' || !(await store.spill?.(name, expected, entry))) throw error;
      this.#notices.warn({ code: error.code, message: 'The store cannot be reached; the session is kept on this machine until it can.' });
    }
    tell();
    return { name, tag: entry.tag, record };
  }

  /** Forgets a session if it is still what was read, or whatever it is. */
  async remove(name: string, expected?: string): Promise<boolean> {
    return (await this.#open()).store.replace(name, expected, null);
  }

  /** Makes a session the one that a profile means by default. */
  async makeCurrent({ app, profile }: SessionIdentity, name: string): Promise<void> {
    const { store, vault } = await this.#open();
    const pointer = vault.nameOf('current', app, profile);
    await store.replace(pointer, undefined, { tag: crypto.randomUUID(), data: vault.seal(pointer, noted({ current: name })) });
  }

  /** When signing in under this name last failed, in milliseconds since the epoch. */
  async failedAt(name: string): Promise<number | undefined> {
    const { vault } = await this.#open();
    return (await this.#note(vault.nameOf('failed', name)))?.failedAt;
  }

  async markFailed(name: string, at: number): Promise<void> {
    const { store, vault } = await this.#open();
    const note = vault.nameOf('failed', name);
    await store.replace(note, undefined, { tag: crypto.randomUUID(), data: vault.seal(note, noted({ failedAt: at })) });
  }

  /** Every session of an app, the current one of its profile marked. One that cannot be read is left out, with a warning. */
  async list(app: string): Promise<readonly (Held & { readonly current: boolean })[]> {
    const { store, tell, vault } = await this.#open();
    const found: Held[] = [];
    const current = new Set<string>();
    for (const name of await store.names()) {
      try {
        const entry = await store.read(name);
        if (entry === undefined) continue;
        const plain = vault.open(name, entry.data);
        const note = noteIn(plain);
        if (note === undefined) found.push({ name, tag: entry.tag, record: decodeRecord(plain) });
        else if (note.current !== undefined) current.add(note.current);
      } catch (error) {
        if (!isPadlockError(error)) throw error;
        this.#notices.warn({ code: error.code, message: `A stored session was passed over: ${error.message}` });
      }
    }
    tell();
    const own = found.filter(({ record }) => record.identity.app === app);
    return own.map((held) => ({ ...held, current: current.has(held.name) })).sort((a, b) => b.record.signedInAt - a.record.signedInAt);
  }

  /** Removes every session of an app, and what cannot be read. A store that cannot be opened any more is removed as a whole. */
  async removeAll(app: string): Promise<void> {
    const opened = await this.#open().catch((error: unknown) => this.#opener.erase(error));
    if (opened === undefined) {
      this.#opened = undefined;
      return;
    }
    for (const _round of ['sessions', 'notes of sessions that are gone'])
      for (const name of await opened.store.names())
        if (!(await isForeign(opened, name, app))) await opened.store.replace(name, undefined, null);
  }

  /** The lease of a name for `milliseconds`, or undefined while somebody else holds it. */
  async lease(name: string, milliseconds: number): Promise<Lease | undefined> {
    return (await this.#open()).store.lease(name, milliseconds);
  }

  /** Throws what writing a session would throw now: before a refresh token is spent for an answer that cannot be kept. */
  async probe(record: SessionRecord): Promise<void> {
    await (await this.#open()).store.probe(encodeRecord(record).length + 1024);
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await (await opened)?.store[Symbol.asyncDispose]();
  }

  async #current(app: string, profile: string | null): Promise<string | undefined> {
    const { vault } = await this.#open();
    return (await this.#note(vault.nameOf('current', app, profile)))?.current;
  }

  async #note(name: string): Promise<Note | undefined> {
    const { store, vault } = await this.#open();
    const entry = await store.read(name);
    return entry && noteIn(vault.open(name, entry.data));
  }

  async #sealed(name: string, record: SessionRecord): Promise<Pick<Opened, 'store' | 'tell'> & { readonly entry: StoredEntry }> {
    const { store, tell, vault } = await this.#open();
    return { store, tell, entry: { tag: crypto.randomUUID(), data: vault.seal(name, encodeRecord(record)) } };
  }

  #open(): Promise<Opened> {
    if (this.#opened !== undefined) return this.#opened;
    const opening = this.#opener.open();
    this.#opened = opening;
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined; // the next caller tries again
    });
    return opening;
  }
}

/** Small entries beside the sessions: which one a profile means, and when signing in failed. */
interface Note {
  readonly current?: string;
  readonly failedAt?: number;
}
const NOTE = 'padlock/note/1 ';
const noted = (note: Note): Uint8Array => new TextEncoder().encode(NOTE + JSON.stringify(note));
function noteIn(plain: Uint8Array): Note | undefined {
  const text = new TextDecoder().decode(plain);
  return text.startsWith(NOTE) ? (JSON.parse(text.slice(NOTE.length)) as Note) : undefined;
}

/** Nothing is wrong with the store, but nobody can read what is in it. */
export const isUnreadable = (error: unknown): error is PadlockError => isPadlockError(error) && UNREADABLE.has(error.code);
const UNREADABLE: ReadonlySet<string> = new Set(['store_decrypt', 'store_corrupt', 'store_version']);

/** Another app's session, or one that a newer Padlock wrote, or what is noted of such: not ours to remove. */
async function isForeign({ store, vault }: Opened, name: string, app: string): Promise<boolean> {
  try {
    const entry = await store.read(name);
    if (entry === undefined) return false; // gone, or set aside
    const plain = vault.open(name, entry.data);
    const note = noteIn(plain);
    if (note === undefined) return decodeRecord(plain).identity.app !== app;
    return note.current !== undefined && (await store.read(note.current)) !== undefined;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return error.code === 'store_version';
  }
}

/** Nothing that is known differs. */
function agrees(identity: SessionIdentity, { issuer, clientId, flow, who = {} }: Wanted): boolean {
  const same = (wanted: string | undefined, has: string): boolean => wanted === undefined || wanted === has;
  if (!same(issuer, identity.issuer) || !same(clientId, identity.clientId) || !same(flow, identity.flow)) return false;
  return Object.entries(who).every(([key, value]) => identity.who[key] === value);
}
