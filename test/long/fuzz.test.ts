/**
 * Answers, files and lines that are nearly right. Each run ends with a code of the table or with what is right, and never in another way: no other
 * error, no hang, no property on everybody's prototype. FUZZ_SEED repeats a run; FUZZ_TIMES makes it longer.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isErrorCode } from '../../src/core/errors.ts';
import type { Http } from '../../src/core/ports.ts';
import type { PadlockError, PadlockOptions, Session } from '../../src/index.ts';
import { jwks } from '../../src/strategies/verifiers/jwks.ts';
import { homeWithWork, runHere } from '../cli/in-process.ts';
import { type FakeProvider, fakeProvider, METADATA, noon, padlockAt, tokens } from '../core/fake-provider.ts';
import { CLIENT, ISSUER, keyFor, SECRET, token } from '../core/forge.ts';
import { world } from '../core/sessions/fixture.ts';
import { hostWith } from '../strategies/verifiers/hosts.ts';
import { mutator } from '../support/mutations.ts';

const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
const TIMES = Number(process.env.FUZZ_TIMES ?? 400);
const bytesOf = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

/** A run that ended otherwise than it may, with what it takes to see it again. */
class Surprise extends Error {}
const surprise = (what: string, input: Uint8Array): Surprise =>
  new Surprise(`${what} for ${Buffer.from(input).toString('base64').slice(0, 4000)} (base64)`);

/** `run` for `times` inputs near `good`. What it resolves to is right by `isRight`. */
async function fuzz<T>(
  good: unknown,
  run: (bytes: Uint8Array, nth: number) => Promise<T>,
  isRight: (result: T) => boolean,
  times = TIMES,
): Promise<Readonly<Record<string, number>>> {
  const mutated = mutator(SEED);
  const seen: Record<string, number> = {};
  for (let nth = 0; nth < times; nth++) {
    const input = mutated(bytesOf(good));
    const code = await run(input, nth).then(
      (result) => {
        if (!isRight(result)) throw surprise('a wrong result', input);
        return 'right';
      },
      (error: PadlockError) => {
        if (error.name !== 'PadlockError' || !isErrorCode(error.code) || error.code === 'internal')
          throw surprise(`${error.name} ${error.code} ${error.message} ${error.stack?.slice(0, 600)}`, input);
        return error.code;
      },
    );
    seen[code] = (seen[code] ?? 0) + 1;
    if (Object.keys(Object.prototype).length > 0 || 'polluted' in {}) throw surprise('a changed prototype', input);
  }
  return seen;
}

/** Neither everything nor nothing was refused, or what was done to it came to nothing. */
const varied = (seen: Readonly<Record<string, number>>): void => expect(Object.keys(seen).length).toBeGreaterThan(2);

/** That provider, but these bytes at that path. */
const saying = (
  { http }: FakeProvider,
  path: string,
  body: Uint8Array,
  status = 200,
  type = 'application/json',
): { readonly http: Http } => ({
  http: {
    send: async (request) =>
      new URL(request.url).pathname === path ? { status, headers: { 'content-type': type }, body } : http.send(request),
  },
});
const signIn = (at: { readonly http: Http }, options: PadlockOptions = {}): Promise<Session> => padlockAt(at, options).authenticate();
/** Robin, as the good token says, or nobody whose name was proved. */
const isRobin = ({ access, identity }: Session): boolean =>
  /^[\x21-\x7e]+$/.test(access.value) && (!identity.verified || identity.claims.sub === 'robin');

describe(`near what is right, seed ${SEED}`, () => {
  test.each([
    ['with an ID token', tokens(), {}],
    ['without one', tokens({ id_token: undefined, scope: 'api', 'acme:x': { y: [1] } }), { scope: ['api'] }],
  ])('a token response %s', async (_, answer, options) => {
    varied(await fuzz(answer, (body) => signIn(saying(fakeProvider(), '/token', body), options), isRobin));
  });

  test('a refusal', async () => {
    const refusal = { error: 'invalid_grant', error_description: 'No such user.', error_uri: 'https://id.example.test/help' };
    const seen = await fuzz(
      refusal,
      (body, nth) => signIn(saying(fakeProvider(), '/token', body, nth % 2 === 0 ? 400 : 401)),
      () => false,
    );
    varied(seen);
    expect(seen.auth_invalid_grant).toBeGreaterThan(0);
  });

  test('a discovery document', async () => {
    const path = '/.well-known/openid-configuration';
    const document = { ...METADATA, userinfo_endpoint: `${ISSUER}userinfo`, code_challenge_methods_supported: ['S256'] };
    const seen = await fuzz(document, (body) => signIn(saying(fakeProvider(), path, body)), isRobin);
    varied(seen);
  });

  test('a key set', async () => {
    const keys = { keys: [keyFor('ES384').jwk, keyFor('RS256').jwk] };
    const seen = await fuzz(keys, (body) => signIn(saying(fakeProvider(), '/keys', body)), isRobin);
    varied(seen);
  });

  test.each(['userinfo', 'introspection'])('an answer of %s', async (verifier) => {
    const answer = { active: true, sub: 'robin', client_id: CLIENT, iss: ISSUER, email: 'robin@percy.test' };
    const provider = (): FakeProvider => {
      const fake = fakeProvider();
      fake.metadata = { ...METADATA, userinfo_endpoint: `${ISSUER}asked`, introspection_endpoint: `${ISSUER}asked` };
      return fake;
    };
    const seen = await fuzz(answer, (body) => signIn(saying(provider(), '/asked', body), { verifier }), isRobin);
    varied(seen);
  });

  test('a device authorization response', async () => {
    const answer = { device_code: 'dc', user_code: 'WDJB-MJHT', verification_uri: `${ISSUER}device`, expires_in: 600, interval: 5 };
    const provider = (): FakeProvider => {
      const fake = fakeProvider();
      fake.metadata = { ...METADATA, device_authorization_endpoint: `${ISSUER}da` };
      return fake;
    };
    const seen = await fuzz(answer, (body) => signIn(saying(provider(), '/da', body), { flow: 'device-code' }), isRobin);
    varied(seen);
  });

  test('a token', async () => {
    const signer = keyFor('ES256');
    const good = token(signer);
    const seen = await fuzz(
      good,
      (text) => {
        const changed = Buffer.from(text).toString('latin1');
        return changed === good
          ? Promise.resolve(true)
          : jwks.verify(changed, {}, hostWith(['ES256'], ...Array(2).fill({ keys: [signer.jwk] }))).then(() => false);
      },
      (isGood) => isGood,
    );
    varied(seen);
  });

  test('a stored session', async () => {
    const { process, provider, shared } = world();
    await process().authenticate();
    const store = shared.opened();
    const kept = await Promise.all((await store.names()).map(async (name) => ({ name, entry: await store.read(name) })));
    const big = kept.reduce((a, b) => ((a.entry?.data.length ?? 0) > (b.entry?.data.length ?? 0) ? a : b));
    provider.expiresIn = 3600;
    const seen = await fuzz(
      Buffer.from(big.entry?.data ?? []).toString('base64'),
      async (_, nth) => {
        const data = mutator(SEED + nth)(big.entry?.data ?? new Uint8Array());
        await store.replace(big.name, undefined, { tag: `changed-${nth}`, data });
        return process({ ports: { prompt: { available: false, ask: () => Promise.reject(new Error('asked')) } } }).token();
      },
      ({ value }) => value === 'at-1-canary-0123456789',
    );
    expect(seen.store_decrypt).toBeGreaterThan(0);
  });
});

describe(`in the whole program, seed ${SEED}`, () => {
  let home: string;
  beforeEach(() => {
    home = homeWithWork();
  });
  afterEach(() => {
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
  /** Exit codes, with how often each came. Only a bug ends with 1. */
  async function exits(times: number, run: (nth: number) => Promise<{ readonly code: number; readonly stderr: string }>) {
    const seen: Record<string, number> = {};
    for (let nth = 0; nth < times; nth++) {
      const { code, stderr } = await run(nth);
      if (code === 1 || stderr.includes('bug in Padlock')) throw new Surprise(`exit ${code} in round ${nth}: ${stderr.slice(0, 600)}`);
      seen[code] = (seen[code] ?? 0) + 1;
    }
    return seen;
  }

  test.each(['yaml', 'json'])('a configuration file in %s', async (form) => {
    const path = join(home, '.config/padlock', `config.${form}`);
    const profile = { issuer: ISSUER, client_id: CLIENT, flow: 'password', username: 'robin', scope: ['openid', 'x'], timeout: 5 };
    const whole = { default_profile: 'p', profiles: { p: profile, q: { ...profile, password: { command: ['true'] } } } };
    const yaml = `default_profile: p\nprofiles:\n  p: &p\n    issuer: ${ISSUER}\n    client_id: ${CLIENT}\n    flow: password\n    scope: [openid, 'x']\n    timeout: 5\n  q:\n    issuer: "${ISSUER}"\n    client_id: |-\n      ${CLIENT}\n    password: { env: NOT_SET }\n`;
    const good = Buffer.from(form === 'yaml' ? yaml : JSON.stringify(whole, null, 2));
    const mutated = mutator(SEED);
    const seen = await exits(TIMES / 5, (nth) => {
      writeFileSync(path, nth === 0 ? good : mutated(good), { mode: 0o600 });
      return runHere(['config', 'show', '-p', 'q'], { home });
    });
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen[3]).toBeGreaterThan(0);
  });

  test('a file of the store', async () => {
    const provider = fakeProvider();
    const ports = { http: provider.http, clock: noon };
    const env = {
      PADLOCK_ISSUER: ISSUER,
      PADLOCK_CLIENT_ID: CLIENT,
      PADLOCK_CLIENT_SECRET: SECRET,
      PADLOCK_FLOW: 'password',
      PADLOCK_USERNAME: 'robin',
      PADLOCK_STORE: 'file',
    };
    const padlock = (...words: string[]) => runHere(words, { home, env, ports });
    const signedIn = await runHere(['auth'], { home, env: { ...env, PADLOCK_PASSWORD: 'pa55word-canary' }, ports });
    expect(signedIn).toMatchObject({ code: 0 });
    const folder = join(home, '.local/state/padlock/sessions');
    const kept = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
    expect(kept.length).toBeGreaterThan(2);
    const mutated = mutator(SEED);
    const seen = await exits(TIMES / 5, async (nth) => {
      mkdirSync(folder, { recursive: true });
      const changed = nth % kept.length;
      for (const [at, { name, bytes }] of kept.entries())
        writeFileSync(join(folder, name), at === changed && nth > 0 ? mutated(bytes) : bytes, { mode: 0o600 });
      const done = await padlock(...([['token'], ['sessions'], ['whoami'], ['logout']][nth % 4] ?? []));
      if (nth % 4 === 0 && done.code === 0 && done.stdout !== 'at-canary-0123456789\n') throw new Surprise(`another token in round ${nth}`);
      return done;
    });
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen[4] ?? seen[9]).toBeGreaterThan(0);
  });

  test('a line', async () => {
    const good = [
      'auth',
      '--issuer',
      ISSUER,
      '--client-id=x',
      '--flow',
      'password',
      '--username',
      'robin',
      '--json',
      '--param',
      'a=b',
      '-o',
      'json',
      '--no-input',
    ];
    const mutated = mutator(SEED);
    const seen = await exits(TIMES, () => {
      const words = Buffer.from(mutated(Buffer.from(good.join('\u0001'))))
        .toString('utf8')
        .split('\u0001');
      return runHere(words, { home, env: { PADLOCK_PASSWORD: 'pa55word-canary' }, ports: { http: fakeProvider().http, clock: noon } });
    });
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen[2]).toBeGreaterThan(0);
  });
});
