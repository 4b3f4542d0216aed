/** Sessions without sockets, disks or waiting: a provider that rotates and notices reuse, a clock that a test turns, stores that several Padlocks share. */

import { noHost, silentLog } from '../../../src/core/headless.ts';
import type { Clock, HttpRequest, Notice } from '../../../src/core/ports.ts';
import type { SessionStore } from '../../../src/core/store.ts';
import { createPadlock, type Padlock, type PadlockError, type PadlockOptions, type Plugin } from '../../../src/index.ts';
import { memory } from '../../../src/strategies/stores/memory.ts';
import { type FakeAnswer, type FakeProvider, fakeProvider } from '../fake-provider.ts';
import { CLIENT, claims, ISSUER, keyFor, NOW, SECRET, token } from '../forge.ts';

/** Noon, until a test lets time pass. Waits are real and a twentieth as long. */
export class TurnedClock implements Clock {
  #now = NOW;
  now(): number {
    return this.#now;
  }
  /** Seconds. */
  pass(seconds: number): void {
    this.#now += seconds * 1000;
  }
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, milliseconds / 20);
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }
}

export interface RotatingProvider extends FakeProvider {
  readonly clock: TurnedClock;
  /** Refresh tokens that were sent, in order. */
  readonly sent: string[];
  /** Tokens that were given back. */
  readonly revoked: string[];
  /** Refresh tokens that are good. */
  readonly good: Set<string>;
  /** A refresh token was used twice: everything is over. */
  isReused: boolean;
  rotates: boolean;
  /** Of the next access tokens; undefined leaves it out. */
  expiresIn: number | undefined;
  /** Added to every token response. */
  more: Record<string, unknown>;
  /** Of the next ID tokens; undefined sends none. */
  idToken: Record<string, unknown> | undefined;
  /** Answers of the token endpoint that come before its own. */
  next: (FakeAnswer | ((request: HttpRequest) => FakeAnswer | Promise<FakeAnswer>) | Error)[];
  /** What the token endpoint waits for after it did its work: the answer is on its way. */
  answering: Promise<unknown> | undefined;
  /** Resolves with the next request to the token endpoint, once it is there. */
  asked(): Promise<void>;
  readonly refreshes: () => number;
}

const signer = keyFor('RS256');

export function rotatingProvider(): RotatingProvider {
  const fake = fakeProvider();
  let count = 0;
  let arrived: (() => void)[] = [];
  const issue = (): FakeAnswer => {
    const refreshToken = `rt-${++count}-canary-0123456789`;
    provider.good.add(refreshToken);
    const now = provider.clock.now() / 1000;
    const id = provider.idToken && token(signer, { payload: claims({ exp: now + 3600, iat: now, ...provider.idToken }) });
    return {
      body: {
        access_token: `at-${count}-canary-0123456789`,
        token_type: 'Bearer',
        ...(provider.expiresIn !== undefined && { expires_in: provider.expiresIn }),
        refresh_token: refreshToken,
        ...(id !== undefined && { id_token: id }),
        ...provider.more,
      },
    };
  };
  const answer = (form: URLSearchParams): FakeAnswer => {
    const grant = form.get('grant_type');
    if (grant === 'client_credentials')
      return { body: { access_token: `at-${++count}-${form.get('audience')}`, token_type: 'Bearer', expires_in: provider.expiresIn } };
    if (grant !== 'refresh_token') return issue();
    const sent = form.get('refresh_token') ?? '';
    provider.sent.push(sent);
    if (!provider.good.has(sent)) {
      provider.isReused = true;
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    if (!provider.rotates) {
      const { refresh_token: _kept, ...body } = issue().body as Record<string, unknown>;
      return { body };
    }
    provider.good.delete(sent);
    return issue();
  };
  const provider: RotatingProvider = Object.assign(fake, {
    clock: new TurnedClock(),
    sent: [],
    revoked: [],
    good: new Set<string>(),
    isReused: false,
    rotates: true,
    expiresIn: 3600,
    more: {},
    idToken: { name: 'Robin Percy' },
    next: [],
    answering: undefined,
    asked: () => new Promise<void>((resolve) => arrived.push(resolve)),
    refreshes: () => provider.sent.length,
  } satisfies Omit<RotatingProvider, keyof FakeProvider>);
  provider.others = {
    '/token': async (request) => {
      const own = provider.next.shift();
      const held = provider.answering;
      if (own instanceof Error) throw own;
      const done = own === undefined ? answer(new URLSearchParams(request.body)) : typeof own === 'function' ? await own(request) : own;
      for (const tell of arrived.splice(0)) tell();
      await held;
      return done;
    },
    '/revoke': (request) => {
      const gone = new URLSearchParams(request.body).get('token') ?? '';
      provider.revoked.push(gone);
      provider.good.delete(gone);
      return {};
    },
  };
  arrived = [];
  return provider;
}

/** A store that several Padlocks open: what processes share. */
export interface Shared {
  readonly plugin: Plugin;
  readonly opened: () => SessionStore;
  /** Failures of the next openings. */
  readonly failing: unknown[];
}
export function sharedStore(clock: Clock): Shared {
  const failing: unknown[] = [];
  const store = memory.open(
    {},
    {
      files: undefined,
      host: noHost,
      clock,
      log: silentLog,
      fail: () => {
        throw new Error('unused');
      },
    },
  );
  let one: SessionStore | undefined;
  const open = async (): Promise<SessionStore> => {
    const failure = failing.shift();
    if (failure !== undefined) throw failure;
    one = await store;
    one[Symbol.asyncDispose] = async () => {}; // it outlives each of those who share it
    return one;
  };
  return {
    failing,
    opened: () => one as SessionStore,
    plugin: {
      apiVersion: 1,
      name: 'shared',
      strategies: [{ kind: 'store', name: 'shared', summary: 'shared by a test', reach: 'process', open }],
    },
  };
}

export interface World {
  readonly provider: RotatingProvider;
  readonly clock: TurnedClock;
  readonly shared: Shared;
  readonly warnings: Notice[];
  /** Another process: its own Padlock over the same store. */
  readonly process: (options?: PadlockOptions) => Padlock;
}

/** The password flow without a password: signing in again needs a human, as most flows do. */
export function world(): World {
  const provider = rotatingProvider();
  const { clock } = provider;
  const shared = sharedStore(clock);
  const warnings: Notice[] = [];
  const notices = { warn: (notice: Notice) => void warnings.push(notice), show: () => {} };
  const process = ({ ports, values, ...options }: PadlockOptions = {}): Padlock =>
    createPadlock({
      issuer: ISSUER,
      clientId: CLIENT,
      clientSecret: SECRET,
      flow: 'password',
      plugins: [shared.plugin],
      ports: { http: provider.http, clock, notices, prompt: typist(), ...ports },
      ...options,
      values: { store: 'shared', ...((options.flow ?? 'password') === 'password' && { username: 'robin' }), ...values },
    });
  return { provider, clock, shared, warnings, process };
}

/** Somebody at a keyboard; counts the questions. */
export function typist(answers: readonly string[] = []) {
  const left = [...answers];
  const prompt = {
    available: true,
    asked: 0,
    ask: async (): Promise<string> => {
      prompt.asked++;
      return left.shift() ?? 'a password';
    },
  };
  return prompt;
}

/** The error that a promise ends with. */
export const failure = (promise: Promise<unknown>): Promise<PadlockError> =>
  promise.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as PadlockError,
  );

/** Signed in, and the access token over. */
export async function expired(options?: PadlockOptions): Promise<World & { readonly padlock: Padlock }> {
  const all = world();
  const padlock = all.process(options);
  await padlock.authenticate();
  all.clock.pass(4000);
  return { ...all, padlock };
}

/** A promise and what settles it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
