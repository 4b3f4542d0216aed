/** What a provider lists and answers when it wants a second factor, whatever that is. */
import { describe, expect, test } from '@jest/globals';
import type { Client } from '../../src/core/client-identity.ts';
import type { HttpRequest } from '../../src/core/ports.ts';
import type { MfaFacts } from '../../src/core/preset.ts';
import type { Provider } from '../../src/core/provider.ts';
import { authenticators, challengeOf, MFA } from '../../src/core/second-factor-wire.ts';

const FACTS: MfaFacts = { authenticators: '/mfa/authenticators', challenge: '/mfa/challenge', format: 'json' };
const { signal } = new AbortController();
const client = { info: { clientId: 'acme', metadata: { token_endpoint: 'https://idp.test/oauth/token' } } } as unknown as Client;

/** A wire whose other end answers with this, and what went over it. */
function wire(body: unknown, status = 200) {
  const requests: HttpRequest[] = [];
  const posts: unknown[][] = [];
  const http = {
    send: async (request: HttpRequest) => {
      requests.push(request);
      const bytes = new TextEncoder().encode(JSON.stringify(body));
      return { status, headers: { 'content-type': 'application/json' }, body: bytes };
    },
  };
  const provider = {
    post: async (...parameters: unknown[]) => {
      posts.push(parameters);
      return body;
    },
  } as unknown as Provider;
  return { requests, posts, client, provider, ports: { http, clock: { now: () => 0, sleep: async () => {} } }, request: { signal } };
}

describe('the list of authenticators', () => {
  test('is asked for with the token that stands for the sign-in', async () => {
    const at = wire([]);
    expect(await authenticators(FACTS, 'mfa token', at)).toEqual([]);
    expect(at.requests).toEqual([
      {
        method: 'GET',
        url: 'https://idp.test/mfa/authenticators',
        headers: { accept: 'application/json', authorization: 'Bearer mfa token' },
        purpose: 'the list of authenticators',
        signal,
      },
    ]);
  });

  test('is what the provider takes where it lists nothing', async () => {
    const at = wire([]);
    const { authenticators: _, ...unlisted } = FACTS;
    expect((await authenticators(unlisted, 'mfa token', at)).map(({ method, label, id }) => [method, label, id])).toEqual(
      ['otp', 'push', 'sms', 'voice'].map((method) => [method, method, undefined]),
    );
    expect(at.requests).toEqual([]);
  });

  test.each<[object, object]>([
    [
      { authenticator_type: 'otp', id: 'a', name: 'Phone' },
      { method: 'otp', id: 'a', label: 'Phone' },
    ],
    [
      { authenticator_type: 'otp', active: true },
      { method: 'otp', label: 'otp' },
    ],
    [
      { authenticator_type: 'recovery-code', id: 7, name: '' },
      { method: 'recovery-code', label: 'recovery-code' },
    ],
    [
      { authenticator_type: 'oob', oob_channel: 'auth0', id: '' },
      { method: 'push', label: 'push' },
    ],
    [
      { authenticator_type: 'oob', oob_channel: 'sms', name: 3 },
      { method: 'sms', label: 'sms' },
    ],
    [
      { authenticator_type: 'oob', oob_channel: 'a'.repeat(20) },
      { method: 'a'.repeat(20), label: 'a'.repeat(20) },
    ],
    [
      { authenticator_type: 'otp', id: 'i'.repeat(300), name: 'n'.repeat(300) },
      { method: 'otp', id: `${'i'.repeat(99)}…`, label: `${'n'.repeat(79)}…` },
    ],
  ])('has %j', async (listed, expected) => {
    expect(await authenticators(FACTS, 'x', wire([listed]))).toEqual([expected]);
  });

  test.each([
    null,
    'otp',
    7,
    ['otp'],
    {},
    { authenticator_type: 'otp', active: false },
    { authenticator_type: 'webauthn' },
    { authenticator_type: 1 },
    { authenticator_type: 'oob' },
    { authenticator_type: 'oob', oob_channel: 5 },
    { authenticator_type: 'oob', oob_channel: '' },
    { authenticator_type: 'oob', oob_channel: 'an sms' },
    { authenticator_type: 'oob', oob_channel: 'sms!' },
    { authenticator_type: 'oob', oob_channel: 'a'.repeat(21) },
  ])('leaves out %j', async (listed) => {
    expect(await authenticators(FACTS, 'x', wire([listed, { authenticator_type: 'otp' }]))).toMatchObject([{ method: 'otp' }]);
  });

  test.each([
    [401, [], 'auth_expired'],
    [500, [], 'idp_unavailable'],
    [200, {}, 'proto_bad_shape'],
    [200, null, 'proto_bad_shape'],
  ])('with status %i and %j is %p', async (status, body, code) => {
    await expect(authenticators(FACTS, 'x', wire(body, status))).rejects.toMatchObject({ code });
  });
});

describe('a challenge', () => {
  const one = { method: 'push', id: 'dev', label: 'Phone' };

  test('is asked for in JSON, of the authenticator', async () => {
    const at = wire({ oob_code: 'c', binding_method: 'prompt', binding_code: '4', interval: 5, expires_in: 60 });
    expect(await challengeOf(FACTS, one, 'mfa token', at)).toEqual({ code: 'c', binding: 'prompt', shown: '4', interval: 5, lifetime: 60 });
    const [[there, endpoint, sent, options, format] = []] = at.posts;
    expect((there as Client).info.metadata).toMatchObject({
      token_endpoint: 'https://idp.test/oauth/token',
      mfa_challenge_endpoint: 'https://idp.test/mfa/challenge',
    });
    expect([endpoint, sent, options, format]).toEqual([
      'mfa_challenge_endpoint',
      { client_id: 'acme', mfa_token: 'mfa token', challenge_type: 'oob', authenticator_id: 'dev' },
      { signal },
      'json',
    ]);
  });

  test('is asked for in a form, by its method', async () => {
    const at = { ...wire({ oob_code: 'c' }), request: {} };
    expect(await challengeOf({ ...FACTS, format: 'form' }, one, 'mfa token', at)).toMatchObject({ binding: 'none', shown: undefined });
    const [[, , sent, options, format] = []] = at.posts;
    expect([sent, options, format]).toEqual([
      { client_id: 'acme', mfa_token: 'mfa token', challenge_types_supported: MFA.oob, channel_hint: 'push' },
      {},
      'form',
    ]);
  });

  test.each(['none', 'prompt', 'transfer'])('may be handed over by %s', async (binding_method) => {
    expect(await challengeOf(FACTS, one, 'x', wire({ oob_code: 'c', binding_method }))).toMatchObject({ binding: binding_method });
  });

  test.each([{}, { oob_code: '' }, { oob_code: 5 }, { oob_code: 'c', binding_method: 'pigeon' }])(
    'that is %j is refused',
    async (answer) => {
      await expect(challengeOf(FACTS, one, 'x', wire(answer))).rejects.toMatchObject({ code: 'proto_bad_shape' });
    },
  );

  test('shows no more than can be read', async () => {
    const { shown } = await challengeOf(FACTS, one, 'x', wire({ oob_code: 'c', binding_code: '9'.repeat(300) }));
    expect(shown).toBe(`${'9'.repeat(39)}…`);
  });
});
