/** A connection to a Redis server on which every command ends in time, whatever the server does. The door to ioredis. */

import { isIP } from 'node:net';
import type { Redis } from 'ioredis';
import { type ErrorCode, fail, PadlockError } from './errors.ts';
import { isLoopback, parseUrl } from './url.ts';

/** Milliseconds that connecting and one command may take together. */
const PATIENCE = 3000;

type Argument = string | number | Uint8Array;
/** What a command answers: texts as bytes. */
export type Reply = Buffer | number | null | readonly Reply[];

interface Address {
  /** For people: without user and password. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly database: number;
  readonly username: string;
  readonly password: string;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bare % in a password: meant literally
  }
}

/** Never quotes the URL: it may hold a password. */
function addressOf(text: string): Address {
  const url = parseUrl(text);
  const database = /^\/?(\d*)$/.exec(url?.pathname ?? '')?.[1];
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || database === undefined || url.search || url.hash)
    fail('config_bad_url', 'The URL of the Redis server is not like redis://user:password@host:6379/0, or rediss: for TLS.', {
      hint: 'Characters with a meaning in URLs are written %40 and so on; check --redis-url.',
    });
  return {
    name: url.host,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    tls: url.protocol === 'rediss:',
    database: Number(database),
    username: decoded(url.username),
    password: decoded(url.password),
  };
}

/** The first word of a refusal is its code; what follows may repeat the command. */
const REFUSALS: Readonly<Record<string, readonly [code: ErrorCode, hint: string]>> = {
  OOM: ['store_no_space', 'Its memory is full: raise maxmemory, or use another server.'],
  MISCONF: ['store_no_space', 'It cannot save to its own disk: see its log.'],
  READONLY: ['store_io', 'It is a replica: name the primary.'],
  LOADING: ['store_io', 'It is starting: try again in a moment.'],
  NOAUTH: ['store_permissions', 'It wants a password: redis://user:password@host.'],
  WRONGPASS: ['store_permissions', 'Check the user and the password in --redis-url.'],
  NOPERM: ['store_permissions', 'Its user needs the keys padlock:1:* and the commands eval, get, set, incr, hget, hkeys.'],
  MOVED: ['store_io', 'It is part of a cluster, which is not supported: name a single server.'],
};

const codeOf = (error: unknown): string => (error as { code?: string } | null)?.code ?? 'the connection ended';
const isReply = (error: unknown): error is Error => (error as Error | null)?.name === 'ReplyError';

class TooLate extends Error {}
const isTooLate = (error: unknown): boolean => (error as { constructor?: unknown } | null)?.constructor === TooLate;

async function load(): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis;
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND' && codeOf(error) !== 'MODULE_NOT_FOUND') throw error;
    return fail('config_not_found', 'The store redis needs the package ioredis, which is not installed.', {
      hint: 'Install it beside Padlock: npm install ioredis (with --global where Padlock is global).',
    });
  }
}

/** One connection; `close` also ends one that is still being made. */
interface Connection {
  readonly ready: Promise<Redis>;
  close(): void;
}

/** Connects when it is first used, and again after the connection was lost. It does not keep the process alive between commands. */
export class RedisServer {
  readonly #address: Address;
  #connection: Connection | undefined;

  /** Throws `config_bad_url`. */
  constructor(url: string) {
    this.#address = addressOf(url);
  }

  /** Which server and database it is, for people. */
  get name(): string {
    const { name, database } = this.#address;
    return database === 0 ? name : `${name}/${database}`;
  }

  /** Nobody on the way can read what is sent. */
  get isProtected(): boolean {
    const { host, tls } = this.#address;
    return tls || isLoopback(host.includes(':') ? `[${host}]` : host);
  }

  /**
   * Runs a command that may safely run twice: it is sent again when an old connection proves dead.
   * Throws `store_io`, `store_permissions`, `store_no_space`.
   */
  async command(name: string, ...parameters: readonly Argument[]): Promise<Reply> {
    const reused = this.#connection !== undefined;
    try {
      return await this.#once(name, parameters);
    } catch (error) {
      if (!reused || isReply(error) || isTooLate(error)) return this.#failed(error);
    }
    try {
      return await this.#once(name, parameters);
    } catch (error) {
      return this.#failed(error);
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #once(name: string, parameters: readonly Argument[]): Promise<Reply> {
    await load(); // a machine that takes seconds for that is busy; the server is not to blame
    this.#connection ??= connect(this.#address);
    const connection = this.#connection;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      // Not before what has arrived meanwhile was read: it may be this process that was late.
      timer = setTimeout(() => setImmediate(() => reject(new TooLate())), PATIENCE);
    });
    const answer = async (): Promise<Reply> => (await (await connection.ready).callBuffer(name, ...parameters.map(asArgument))) as Reply;
    try {
      return await Promise.race([answer(), late]);
    } catch (error) {
      if (!isReply(error)) {
        // Nobody knows what is still coming on this one.
        connection.close();
        if (this.#connection === connection) this.#connection = undefined;
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #failed(error: unknown): never {
    if ((error as PadlockError | null)?.name === 'PadlockError') throw error;
    if (isTooLate(error)) fail('store_io', `Redis at ${this.name} did not answer within ${PATIENCE / 1000} seconds.`);
    if (isReply(error)) {
      const word = /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR';
      const [code, hint] = REFUSALS[word] ?? ['store_io', undefined];
      throw new PadlockError(code, { message: `Redis at ${this.name} refused (${word}).`, hint });
    }
    const code = codeOf(error);
    const hint = /CERT|TLS|SSL/.test(code)
      ? 'Name the file of its authority in NODE_EXTRA_CA_CERTS.'
      : 'Check --redis-url, and that the server runs.';
    throw new PadlockError('store_io', { message: `Redis at ${this.name} cannot be reached (${code}).`, hint });
  }
}

function connect({ host, port, tls, database, username, password }: Address): Connection {
  let made: Redis | undefined;
  let closed = false;
  const close = (): void => {
    closed = true;
    made?.stream?.destroy(); // disconnect() would leave a timer that keeps the process alive for two seconds
  };
  const open = async (): Promise<Redis> => {
    const Client = await load();
    if (closed) throw new TooLate();
    const client = new Client({
      host,
      port,
      ...(tls && { tls: isIP(host) ? {} : { servername: host } }),
      protocol: 2,
      lazyConnect: true,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      connectTimeout: PATIENCE,
      retryStrategy: () => null,
    });
    made = client;
    let reason: unknown;
    client.on('error', (error: unknown) => {
      reason ??= error; // without a listener it is printed
    });
    try {
      await client.connect();
      client.stream.unref();
      // Not left to ioredis, which prints about a password that is not needed.
      const secret = username === '' ? [password] : [username, password];
      const steps = password === '' ? [] : [client.callBuffer('AUTH', ...secret)];
      if (database !== 0) steps.push(client.callBuffer('SELECT', String(database)));
      await Promise.all(steps);
      return client;
    } catch (error) {
      close();
      throw isReply(error) ? error : (reason ?? error);
    }
  };
  return { ready: open(), close };
}

const asArgument = (argument: Argument): string | number | Buffer =>
  typeof argument === 'object' ? Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength) : argument;
