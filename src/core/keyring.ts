/** The system's keyring: the macOS Keychain, the Windows Credential Manager, or the Secret Service of a Linux desktop. */
import { createHash } from 'node:crypto';
import { fail } from './errors.ts';
import { KeyringLine } from './keyring-line.ts';
import type { KeyringQuestion } from './keyring-process.cts';
import type { Host, Log } from './ports.ts';
import { excerpt } from './text.ts';

/** Secrets of this account under names of ours. Every method throws `keyring_unavailable`. */
export interface Keyring {
  get(account: string): Promise<Uint8Array | undefined>;
  /** In one step for whoever reads it. */
  set(account: string, value: Uint8Array): Promise<void>;
  /** False when there was none. */
  delete(account: string): Promise<boolean>;
}

export interface KeyringOptions {
  readonly host: Host;
  readonly log: Log;
  /** Milliseconds for each call. Default: 5000. */
  readonly patience?: number;
  /** Bytes that fit into one item. Default: what the system takes. */
  readonly largest?: number;
}

const PATIENCE = 5000;
/** Bytes; CRED_MAX_CREDENTIAL_BLOB_SIZE. */
const LARGEST_ON_WINDOWS = 2560;
/** What the libraries of the system find their service by. Nothing else of the environment concerns that process. */
const ON_UNIX = ['HOME', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'];
const ON_WINDOWS = ['SystemRoot', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TEMP'];

/**
 * The text of one item, of whichever program; undefined when there is none. Throws `keyring_unavailable`.
 * Items of the store are not read like this: they have a form of their own.
 */
export async function readKeyringItem(options: KeyringOptions, service: string, account: string): Promise<string | undefined> {
  const line = lineTo(options);
  const answer = (await line?.ask({ task: 'get', account, service })) ?? { failed: 'there is none' };
  if (answer.failed !== undefined) {
    options.log.debug('keyring_unavailable', { reason: excerpt(answer.failed, 200) });
    return fail('keyring_unavailable', 'There is no system keyring here, or it refused.', { hint: 'Unlock it, or name another source.' });
  }
  return 'value' in answer && typeof answer.value === 'string' ? Buffer.from(answer.value, 'base64').toString() : undefined;
}

function lineTo({ host, patience = PATIENCE }: KeyringOptions): KeyringLine | undefined {
  const env = Object.fromEntries([...ON_UNIX, ...ON_WINDOWS].map((name) => [name, host.env(name)] as const).filter(isGiven));
  const hasBus = env.DBUS_SESSION_BUS_ADDRESS !== undefined || env.XDG_RUNTIME_DIR !== undefined;
  return host.platform !== 'darwin' && host.platform !== 'win32' && !hasBus ? undefined : new KeyringLine(env, patience);
}

/** Undefined where there is none: no service, nobody who answers, or without the optional package @napi-rs/keyring. `late`: there is one, and it says nothing. */
export async function openKeyring(options: KeyringOptions, late?: () => void): Promise<Keyring | undefined> {
  const { host, log, patience = PATIENCE, largest } = options;
  const line = lineTo(options);
  if (line === undefined) return undefined;
  const opened = await line.ask({ task: 'open', account: 'open' });
  if (opened.failed !== undefined) {
    log.debug('keyring_unavailable', { reason: excerpt(opened.failed, 200) });
    if ('late' in opened) late?.();
    return undefined;
  }
  return new ItemKeyring(line, log, patience, largest ?? (host.platform === 'win32' ? LARGEST_ON_WINDOWS : undefined));
}

const isGiven = (pair: readonly [string, string | undefined]): pair is readonly [string, string] => pair[1] !== undefined;

/** First byte of every item. */
const FORMAT = 1;
const HASH = 16;
const HEAD = 4 + HASH;
const TRIES = 5;

interface Head {
  /** Which of the two sets of further items belongs to it; a writer uses the other one, so that a reader finds a whole value. */
  readonly generation: number;
  readonly parts: number;
  readonly hash: Buffer;
  readonly data: Buffer;
}

const hashOf = (value: Uint8Array): Buffer => createHash('sha256').update(value).digest().subarray(0, HASH);
const partOf = (account: string, generation: number, part: number): string => `${account}#${generation}.${part}`;

/** A value in one item, or in several where that holds too little: its beginning says how many. */
class ItemKeyring implements Keyring {
  readonly #line: KeyringLine;
  readonly #log: Log;
  readonly #patience: number;
  readonly #largest: number | undefined;

  constructor(line: KeyringLine, log: Log, patience: number, largest: number | undefined) {
    this.#line = line;
    this.#log = log;
    this.#patience = patience;
    this.#largest = largest;
  }

  async get(account: string): Promise<Uint8Array | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const head = await this.#head(account);
      if (head === undefined) return undefined;
      const parts = [head.data];
      for (let part = 0; part < head.parts; part++) parts.push((await this.#item(partOf(account, head.generation, part))) ?? Buffer.of());
      const value = Buffer.concat(parts);
      if (hashOf(value).equals(head.hash)) return value;
      // Somebody wrote two new ones meanwhile; or it is damaged, and stays so.
    }
    return fail('store_corrupt', 'An item of Padlock in the system keyring is damaged.', {
      hint: 'padlock logout --all forgets it; then sign in again.',
    });
  }

  async set(account: string, value: Uint8Array): Promise<void> {
    const room = this.#largest ?? HEAD + value.length;
    const there = this.#largest === undefined ? undefined : await this.#head(account);
    const generation = there?.generation === 0 ? 1 : 0;
    const rest = value.subarray(room - HEAD);
    const parts = Math.ceil(rest.length / room);
    for (let part = 0; part < parts; part++)
      await this.#ask('set', partOf(account, generation, part), rest.subarray(part * room, (part + 1) * room));
    const head = Buffer.of(FORMAT, generation, parts >> 8, parts & 255);
    await this.#ask('set', account, Buffer.concat([head, hashOf(value), value.subarray(0, room - HEAD)]));
    if (there !== undefined) await this.#deleteParts(account, there.generation, 0);
    if (this.#largest !== undefined) await this.#deleteParts(account, generation, parts);
  }

  async delete(account: string): Promise<boolean> {
    const was = (await this.#ask('delete', account)) === true;
    if (this.#largest !== undefined) for (const generation of [0, 1]) await this.#deleteParts(account, generation, 0);
    return was;
  }

  async #deleteParts(account: string, generation: number, from: number): Promise<void> {
    for (let part = from; (await this.#ask('delete', partOf(account, generation, part))) === true; part++);
  }

  async #head(account: string): Promise<Head | undefined> {
    const item = await this.#item(account);
    if (item === undefined) return undefined;
    if (item.length < HEAD || item[0] !== FORMAT) return { generation: 0, parts: 0, hash: Buffer.of(), data: item };
    return { generation: item[1] ?? 0, parts: item.readUInt16BE(2), hash: item.subarray(4, HEAD), data: item.subarray(HEAD) };
  }

  async #item(account: string): Promise<Buffer | undefined> {
    const value = await this.#ask('get', account);
    return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  }

  async #ask(task: KeyringQuestion['task'], account: string, value?: Uint8Array): Promise<string | boolean | null | undefined> {
    const answer = await this.#line.ask({ task, account, ...(value && { value: Buffer.from(value).toString('base64') }) });
    if (answer.failed === undefined) return 'value' in answer ? answer.value : undefined;
    this.#log.debug('keyring_unavailable', { reason: excerpt(answer.failed, 200) });
    const why = 'late' in answer ? `did not answer within ${this.#patience / 1000} seconds` : 'refused';
    return fail('keyring_unavailable', `The system keyring ${why}.`, { hint: 'Unlock it, or use another store: --store file.' });
  }
}
