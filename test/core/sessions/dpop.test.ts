/** Sessions bound to a key (RFC 9449): the key stays with its tokens, whoever asks for them. */
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Plugin } from '../../../src/index.ts';
import { type FakeProvider, METADATA } from '../fake-provider.ts';
import { ISSUER } from '../forge.ts';
import { failure, typist, type World, world } from './fixture.ts';

const proofs = ({ requests }: FakeProvider): string[] =>
  requests.filter(({ url }) => url === METADATA.token_endpoint).map(({ headers }) => headers?.dpop ?? '');
const keys = (provider: FakeProvider): string[] => proofs(provider).map((proof) => JSON.stringify(decodeProtectedHeader(proof).jwk));

function bound(): World {
  const all = world();
  all.provider.more = { token_type: 'DPoP' };
  return all;
}

describe('a stored session', () => {
  test('refreshes with its key in another process, asked for or not (BCP 51)', async () => {
    const { clock, process, provider } = bound();
    await process({ dpop: true }).authenticate();
    clock.pass(4000);
    await expect(process().token()).resolves.toMatchObject({ type: 'DPoP' });
    await expect(process({ dpop: true }).token({ refresh: true })).resolves.toMatchObject({ type: 'DPoP' });
    expect(new Set(keys(provider)).size).toBe(1);
    expect(proofs(provider)).toHaveLength(3);
  });

  test('proves its tokens in another process with that key', async () => {
    const { process, provider } = bound();
    await process({ dpop: true }).authenticate();
    const token = await process().token();
    const proof = token.proof?.('GET', 'https://api.test/x?y') ?? '';
    expect(JSON.stringify(decodeProtectedHeader(proof).jwk)).toBe(keys(provider)[0]);
    expect(decodeJwt(proof)).toMatchObject({ htm: 'GET', htu: 'https://api.test/x' });
  });

  test('keeps its key where its refresh token is: sealed, and in no output (BCP 51)', async () => {
    const { process, provider, shared } = bound();
    const session = await process({ dpop: true }).authenticate();
    const { x } = decodeProtectedHeader(proofs(provider)[0] ?? '').jwk as { readonly x: string };
    const store = shared.opened();
    const entries = await Promise.all((await store.names()).map((name) => store.read(name)));
    expect(entries.map((entry) => Buffer.from(entry?.data ?? []).toString('latin1')).join()).not.toMatch(new RegExp(`${x}|jwk|canary`));
    expect(`${JSON.stringify(session)}${inspect(session, { depth: 9 })}`).not.toContain(x);
  });

  test('that is not bound gives no token to who wants one that is', async () => {
    const { process, provider } = world();
    await process().authenticate();
    expect(await failure(process({ dpop: true, ports: { prompt: typist() } }).token())).toMatchObject({
      code: 'auth_login_required',
      message: expect.stringContaining('not bound to a key'),
    });
    expect(provider.refreshes()).toBe(0); // it was not even asked for
  });

  test('that is bound is not refreshed for who wants none', async () => {
    const { process, provider } = bound();
    await process({ dpop: true }).authenticate();
    expect(await failure(process({ dpop: false }).token())).toMatchObject({ code: 'auth_login_required' });
    expect(provider.refreshes()).toBe(0);
  });

  test('of a client keeps the key of each of its tokens', async () => {
    const { process, provider } = world();
    provider.next = ['a', 'b'].map((name) => ({ body: { access_token: `at-${name}-canary`, token_type: 'DPoP', expires_in: 3600 } }));
    const machine = { flow: 'client-credentials', dpop: true, scope: ['read'] } as const;
    for (const audience of ['a', 'b']) await process(machine).token({ audience });
    const used = keys(provider);
    expect(new Set(used).size).toBe(2);
    for (const [at, audience] of ['a', 'b'].entries()) {
      const { proof, value } = await process(machine).token({ audience });
      expect(value).toBe(`at-${audience}-canary`);
      expect(JSON.stringify(decodeProtectedHeader(proof?.('GET', ISSUER) ?? '').jwk)).toBe(used[at]);
    }
    expect(provider.forms()).toHaveLength(2);
  });

  test('is left alone by a refresh that answers Bearer', async () => {
    const { clock, process, provider } = bound();
    await process({ dpop: true }).authenticate();
    clock.pass(4000);
    provider.more = {};
    expect(await failure(process().token())).toMatchObject({ code: 'client_dpop' });
    provider.more = { token_type: 'DPoP' };
    await expect(process().token()).resolves.toMatchObject({ type: 'DPoP' });
    expect(provider.isReused).toBe(false);
  });
});

describe('a flow with an authorization request', () => {
  const METADATA_OF_CODE = {
    ...METADATA,
    authorization_endpoint: `${ISSUER}authorize`,
    pushed_authorization_request_endpoint: `${ISSUER}par`,
    device_authorization_endpoint: `${ISSUER}device`,
  };
  const urls: string[] = [];
  const plugin: Plugin = {
    apiVersion: 1,
    name: 'acme',
    strategies: [
      {
        kind: 'grant',
        name: 'coded',
        summary: 'all that can be asked for',
        async acquire(_values, host) {
          await host.post('pushed_authorization_request_endpoint', { code_challenge: 'x' });
          await host.post('device_authorization_endpoint', {});
          urls.push(host.authorizationUrl({ code_challenge: 'x' }), host.authorizationUrl({ request_uri: 'urn:x' }, { asked: false }));
          return host.exchange('authorization_code', { code: 'c' }, { asked: false });
        },
      },
    ],
  };

  test('says which key its code is for, and proves it when the code is redeemed', async () => {
    const { process, provider, shared } = bound();
    provider.metadata = METADATA_OF_CODE;
    provider.others['/par'] = { status: 201, body: { request_uri: 'urn:x' } };
    provider.others['/device'] = { body: { device_code: 'd' } };
    await process({ dpop: true, flow: 'coded', plugins: [plugin, shared.plugin] }).authenticate();
    const formAt = (path: string): URLSearchParams =>
      new URLSearchParams(provider.requests.find(({ url }) => url === `${ISSUER}${path}`)?.body);
    const jkt = formAt('par').get('dpop_jkt');
    expect(jkt).toMatch(/^[\w-]{43}$/);
    expect(new URL(urls[0] ?? '').searchParams.get('dpop_jkt')).toBe(jkt);
    expect(new URL(urls[1] ?? '').searchParams.has('dpop_jkt')).toBe(false);
    expect(formAt('device').has('dpop_jkt')).toBe(false);
    expect(proofs(provider)).toEqual([expect.stringMatching(/^ey/)]);
  });
});
