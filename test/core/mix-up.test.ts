/** Two providers in one process, and an attacker who swaps what they send (RFC 9700 §4.4). */
import { get } from 'node:http';
import { expect, test } from '@jest/globals';
import { createPadlock } from '../../src/index.ts';
import { fakeProvider, METADATA, noon, tokens } from './fake-provider.ts';
import { CLIENT, claims, keyFor, token } from './forge.ts';

const ISSUERS = ['https://one.example.test/', 'https://two.example.test/'] as const;

/** The browser's way back; it may be shown out as soon as it was heard. */
const visit = (url: URL): void => void get(url, { agent: false }, (response) => response.resume()).on('error', () => {});

/** Signs in at both at once. `name` is what the answer of an issuer says about who sent it. */
async function together(name: (issuer: string) => string) {
  const fake = fakeProvider();
  const nonces = new Map<string, string>();
  const waiting: URL[] = [];
  const meet = { open: async (url: string) => waiting.push(new URL(url)) === ISSUERS.length && answerAll() };
  const answerAll = (): boolean => {
    for (const asked of waiting) {
      const own = `${asked.origin}/`;
      nonces.set(own, asked.searchParams.get('nonce') ?? '');
      const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
      back.search = String(new URLSearchParams({ code: `code of ${own}`, state: asked.searchParams.get('state') ?? '', iss: name(own) }));
      visit(back);
    }
    return true;
  };
  const metadata = (issuer: string) => ({
    ...METADATA,
    issuer,
    token_endpoint: `${issuer}token`,
    jwks_uri: `${issuer}keys`,
    authorization_endpoint: `${issuer}authorize`,
    authorization_response_iss_parameter_supported: true,
    code_challenge_methods_supported: ['S256'],
  });
  fake.others = {
    '/.well-known/openid-configuration': ({ url }) => ({ body: metadata(`${new URL(url).origin}/`) }),
    '/token': ({ url }) => {
      const iss = `${new URL(url).origin}/`;
      return { body: tokens({ id_token: token(keyFor('RS256'), { payload: claims({ iss, nonce: nonces.get(iss) }) }) }) };
    },
  };
  // Nobody is late: a wait ends when it is no longer wanted.
  const sleep = (_: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
  const ports = { http: fake.http, clock: { ...noon, sleep }, browser: meet };
  const padlocks = ISSUERS.map((issuer) =>
    createPadlock({ issuer, clientId: CLIENT, clientAuth: 'none', flow: 'authorization-code', ports }),
  );
  const outcomes = await Promise.allSettled(padlocks.map((padlock) => padlock.authenticate()));
  const redeemed = fake.requests
    .filter(({ method }) => method === 'POST')
    .map(({ body, url }) => [url, new URLSearchParams(body).get('code')])
    .sort((one, other) => (String(one) < String(other) ? -1 : 1));
  return { outcomes, redeemed };
}

test('a code goes to the token endpoint of the issuer that was asked for it, and to no other (BCP 9)', async () => {
  const { outcomes, redeemed } = await together((issuer) => issuer);
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.issuer : outcome.reason))).toEqual(ISSUERS);
  expect(redeemed).toEqual(ISSUERS.map((issuer) => [`${issuer}token`, `code of ${issuer}`]));
});

test('an answer that names the other issuer is refused before its code is sent anywhere (BCP 7, 9)', async () => {
  const { outcomes, redeemed } = await together((issuer) => ISSUERS.find((one) => one !== issuer) ?? '');
  expect(outcomes).toEqual(
    ISSUERS.map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'proto_bad_shape', exit: 7 }) })),
  );
  expect(redeemed).toEqual([]);
});

test('a token that another issuer signed with a good key of its own is nobody’s (BCP 45)', async () => {
  const fake = fakeProvider({ body: tokens({ id_token: token(keyFor('RS256'), { payload: claims({ iss: ISSUERS[1] }) }) }) });
  const padlock = createPadlock({
    issuer: METADATA.issuer,
    clientId: CLIENT,
    clientAuth: 'none',
    flow: 'password',
    values: { username: 'robin', password: 'pa55word' },
    ports: { http: fake.http, clock: noon },
  });
  await expect(padlock.authenticate()).rejects.toMatchObject({ code: 'token_issuer', exit: 8 });
});
