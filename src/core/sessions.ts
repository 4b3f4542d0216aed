/** The stored sessions: found by who they belong to, read and written under opaque names, sealed. */
import type { Store } from './contracts.ts';
import { fail, isPadlockError } from './errors.ts';
import { inject, injectable, token } from './inject.ts';
import { Clock, Files, Host, Log, Notices } from './ports.ts';
import { Registry } from './registry.ts';
import { decodeRecord, encodeRecord, type SessionIdentity, type SessionRecord } from './session-record.ts';
import { Settings } from './settings.ts';
import type { Lease, SessionStore } from './store.ts';
import { Vault } from './vault.ts';

/** Whose sessions these are: `padlock` for the command line, another name for a tool of one's own. */
export const App = token<string>('App');

/** A record as it was read: whoever writes says which one it was. */
export interface Held {
  readonly name: string;
  readonly tag: string;
  readonly record: SessionRecord;
}

interface Opened {
  readonly store: SessionStore;
  readonly vault: Vault;
  readonly place: { readonly store: string; readonly key?: string };
}

/** What of an identity a caller knows; the rest is the stored session's. */
export type Wanted = Partial<Omit<SessionIdentity, 'app' | 'profile'>> & Pick<SessionIdentity, 'app' | 'profile'>;

@injectable()
export class Sessions {
  readonly #registry: Registry;
  readonly #settings: Settings;
  readonly #host: Host;
  readonly #files: Files | undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #notices: Notices;
  #opened: Promise<Opened> | undefined;

  constructor(
    @inject(Registry) registry: Registry,
    @inject(Settings) settings: Settings,
    @inject(Host) host: Host,
    @inject(Files) files: Files | undefined,
    @inject(Clock) clock: Clock,
    @inject(Log) log: Log,
    @inject(Notices) notices: Notices,
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#host = host;
    this.#files = files;
    this.#clock = clock;
    this.#log = log;
    this.#notices = notices;
  }

  /** Where sessions are kept, for people. */
  async place(): Promise<Opened['place']> {
    return (await this.#open()).place;
  }

  /** The name of a session. */
  async nameOf({ app, profile, issuer, clientId, flow, who }: SessionIdentity): Promise<string> {
    return (await this.#open()).vault.nameOf('session', app, profile, issuer, clientId, flow, Object.entries(who).sort());
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

  async read(name: string): Promise<Held | undefined> {
    if (name === '') return undefined;
    const { store, vault } = await this.#open();
    const entry = await store.read(name);
    return entry && { name, tag: entry.tag, record: decodeRecord(vault.open(name, entry.data)) };
  }

  /** Writes a record over what was read: a tag, null for none, undefined for whatever is there. Undefined when something else was. */
  async write(name: string, expected: string | null | undefined, record: SessionRecord): Promise<Held | undefined> {
    const { store, vault } = await this.#open();
    const tag = crypto.randomUUID();
    const written = await store.replace(name, expected, { tag, data: vault.seal(name, encodeRecord(record)) });
    return written ? { name, tag, record } : undefined;
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
    const { store, vault } = await this.#open();
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
    const own = found.filter(({ record }) => record.identity.app === app);
    return own.map((held) => ({ ...held, current: current.has(held.name) })).sort((a, b) => b.record.signedInAt - a.record.signedInAt);
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

  #open(): Promise<Opened> {
    this.#opened ??= this.#openStore();
    return this.#opened;
  }

  async #openStore(): Promise<Opened> {
    const name = this.#storeName();
    const strategy = await this.#registry.use('store', name);
    const values = await this.#settings.values(strategy.options ?? {}, `the ${name} store`);
    const store = await strategy.open(values, {
      files: this.#files,
      host: this.#host,
      clock: this.#clock,
      log: this.#log,
      fail: (code, about = {}) => fail(code as never, about.message ?? code, about),
    } as Parameters<Store['open']>[1]);
    for (const notice of store.notices) this.#notices.warn(notice);
    return { store, vault: new Vault(store.key), place: { store: name, ...(store.keyPlace !== undefined && { key: store.keyPlace }) } };
  }

  #storeName(): string {
    const name = this.#settings.get('noStore') === true ? undefined : this.#settings.get('store');
    return typeof name === 'string' ? name : 'memory';
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

/** Nothing that is known differs. */
function agrees(identity: SessionIdentity, { issuer, clientId, flow, who = {} }: Wanted): boolean {
  const same = (wanted: string | undefined, has: string): boolean => wanted === undefined || wanted === has;
  if (!same(issuer, identity.issuer) || !same(clientId, identity.clientId) || !same(flow, identity.flow)) return false;
  return Object.entries(who).every(([key, value]) => identity.who[key] === value);
}
