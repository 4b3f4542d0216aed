/** A program that runs for months: nothing piles up. */
import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { checkClaims } from '../../src/core/claims.ts';
import { createContainer, provide } from '../../src/core/inject.ts';
import { Notices } from '../../src/core/ports.ts';
import { Registry } from '../../src/core/registry.ts';
import { createPadlock, type Padlock } from '../../src/index.ts';
import { jwks } from '../../src/strategies/verifiers/jwks.ts';
import { sharedSecret } from '../../src/strategies/verifiers/shared-secret.ts';
import { CLIENT, codeOf, ISSUER, keyFor, NOW, SECRET, strangerFor, token } from '../core/forge.ts';
import { type RotatingProvider, rotatingProvider } from '../core/sessions/fixture.ts';
import { hostWith } from '../strategies/verifiers/hosts.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What may not grow: megabytes in use, and what keeps a process alive. */
function held() {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return { megabytes: (heapUsed + external) / 1_048_576, handles: process.getActiveResourcesInfo().length };
}
/** Does it a tenth as often to warm up, then all of it: the memory is what it was, and no handle is left. */
async function flat(times: number, run: (nth: number) => Promise<void>): Promise<void> {
  for (let nth = 0; nth < times / 10; nth++) await run(nth);
  const before = held();
  for (let nth = 0; nth < times; nth++) await run(nth);
  const after = held();
  expect(after.megabytes - before.megabytes).toBeLessThan(4);
  expect(after.handles - before.handles).toBeLessThan(10); // Jest has timers of its own; one left by each run would be thousands
}

function lean(idToken?: string): { readonly padlock: Padlock; readonly provider: RotatingProvider } {
  const provider = rotatingProvider();
  provider.idToken = undefined;
  if (idToken !== undefined) provider.more = { id_token: idToken };
  const padlock = createPadlock({
    issuer: ISSUER,
    clientId: CLIENT,
    clientSecret: SECRET,
    flow: 'password',
    scope: idToken ? ['openid', 'offline_access'] : ['offline_access'],
    values: { username: 'robin', password: 'pa55word' },
    ports: { http: provider.http, clock: provider.clock },
  });
  return { padlock, provider };
}
const forget = (provider: RotatingProvider): void => {
  provider.requests.length = 0;
  provider.sent.length = 0;
  provider.good.clear();
};

test('10,000 refreshes later the memory is what it was, and no signal has a listener more', async () => {
  const { padlock, provider } = lean();
  const { signal } = new AbortController(); // one for the whole life of the program, as servers have it
  await padlock.authenticate();
  await flat(10_000, async () => {
    await padlock.token({ refresh: true, signal });
    provider.requests.length = 0;
    provider.sent.length = 0;
  });
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(provider.isReused).toBe(false);
}, 180_000);

test('10,000 sign-ins later, too, each with its ID token verified and every other one refreshed', async () => {
  const { padlock, provider } = lean(token(keyFor('RS256')));
  const { signal } = new AbortController();
  await flat(10_000, async (nth) => {
    const { identity } = await padlock.authenticate({ signal });
    if (!identity.verified) throw new Error('nobody is known');
    if (nth % 2 === 1) await padlock.token({ refresh: true, signal });
    forget(provider);
  });
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
}, 300_000);

test('100,000 verifications later, too, whether the token is right or forged', async () => {
  const container = createContainer();
  provide(container, Notices, { warn: () => undefined, show: () => undefined });
  const registry = new Registry(container);
  registry.add(sharedSecret);
  registry.add(jwks);
  const cases = ['HS256', 'RS256', 'ES256', 'EdDSA'].flatMap((alg) => {
    const signer = keyFor(alg);
    const forged = alg === 'HS256' ? token({ ...signer, key: `${SECRET}x` }) : token(strangerFor(alg));
    return [token(signer), forged].map((text, at) => ({ alg, jwk: signer.jwk, text, code: at === 0 ? undefined : 'token_signature' }));
  });
  await flat(100_000, async (nth) => {
    const { alg, code, jwk, text } = cases[nth % cases.length] as (typeof cases)[number];
    const verifier = await registry.use('verifier', alg === 'HS256' ? 'shared-secret' : 'jwks');
    const host = hostWith([alg], ...Array(2).fill({ keys: alg === 'HS256' ? [] : [jwk] }));
    const found = await codeOf(async () => {
      const { payload } = await verifier.verify(text, { clientSecret: SECRET }, host);
      checkClaims(payload, { issuer: ISSUER, clientId: CLIENT, kind: 'id', now: NOW });
    });
    if (found !== code) throw new Error(`${alg}: ${found} and not ${code}`);
  });
}, 300_000);
