/** How a client proves itself, and which way is taken when nobody chose one. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ClientAuthRequest } from '../../../src/core/contracts.ts';
import type { PadlockError } from '../../../src/core/errors.ts';
import type { PadlockOptions, Plugin } from '../../../src/index.ts';
import { clientSecretBasic } from '../../../src/strategies/client-auth/client-secret-basic.ts';
import { clientSecretPost } from '../../../src/strategies/client-auth/client-secret-post.ts';
import { none } from '../../../src/strategies/client-auth/none.ts';
import { fakeProvider, METADATA, noon, padlockAt, tokens } from '../../core/fake-provider.ts';
import { CLIENT, ISSUER, NOW, SECRET } from '../../core/forge.ts';
import { certificate } from '../../support/certificate.ts';

function request(clientId = CLIENT): ClientAuthRequest {
  const metadata = { issuer: ISSUER, token_endpoint: `${ISSUER}token` };
  return {
    provider: { issuer: ISSUER, clientId, metadata },
    url: `${ISSUER}token`,
    form: new URLSearchParams(),
    headers: new Map(),
    now: NOW,
  };
}
function basic(clientId: string, clientSecret: string): string {
  const sent = request(clientId);
  clientSecretBasic.authenticate({ clientSecret }, sent);
  expect([...sent.form]).toEqual([]);
  const header = sent.headers.get('authorization') ?? '';
  expect(header).toMatch(/^Basic [A-Za-z0-9+/]+=*$/);
  return Buffer.from(header.slice(6), 'base64').toString('latin1');
}
/** What a server does that follows RFC 6749 appendix B. */
const decoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

describe('client-secret-basic', () => {
  test('leaves unreserved characters as they are: some servers do not decode', () => {
    expect(basic('padlock-conf', 'A-Za-z0-9._~')).toBe('padlock-conf:A-Za-z0-9._~');
  });

  test.each([
    ['a:b', 's', 'a%3Ab:s'],
    ['a b', 'c d', 'a+b:c+d'],
    ['a', '100%', 'a:100%25'],
    ['a', '+&=/?', 'a:%2B%26%3D%2F%3F'],
    ['a', "!'()*", 'a:%21%27%28%29%2A'],
    ['a', 'pä€ß😀', 'a:p%C3%A4%E2%82%AC%C3%9F%F0%9F%98%80'],
    ['https://client.example/id', 's', 'https%3A%2F%2Fclient.example%2Fid:s'],
  ])('form-encodes %j and %j (BCP 14)', (clientId, secret, sent) => {
    expect(basic(clientId, secret)).toBe(sent);
  });

  test('gives a server that decodes the same client and secret, whatever they are', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }).filter((one) => one.isWellFormed());
    fc.assert(
      fc.property(text, text, (clientId, secret) => {
        const [id = '', ...rest] = basic(clientId, secret).split(':');
        expect([decoded(id), rest.map(decoded)]).toEqual([clientId, [secret]]);
      }),
    );
  });
});

test('client-secret-post puts both into the form, and nothing into the header', () => {
  const sent = request();
  clientSecretPost.authenticate({ clientSecret: SECRET }, sent);
  expect([Object.fromEntries(sent.form), sent.headers.size]).toEqual([{ client_id: CLIENT, client_secret: SECRET }, 0]);
});

test('none names the client and proves nothing (BCP 32)', () => {
  const sent = request();
  none.authenticate({}, sent);
  expect([Object.fromEntries(sent.form), sent.headers.size]).toEqual([{ client_id: CLIENT }, 0]);
});

describe('the way that is taken', () => {
  /** What a sign-in sent: by header, by form, or by neither. */
  async function taken(methods: readonly string[] | null | undefined, options: PadlockOptions): Promise<string> {
    const provider = fakeProvider();
    provider.metadata = { ...METADATA, token_endpoint_auth_methods_supported: methods };
    await padlockAt(provider, options).authenticate();
    const { headers = {} } = provider.requests.find(({ method }) => method === 'POST') ?? {};
    const form = provider.forms()[0];
    const ways = [headers.authorization?.startsWith('Basic ') && 'basic', form?.has('client_secret') && 'post'];
    expect(form?.has('client_id')).toBe(ways[0] !== 'basic');
    return ways.filter(Boolean).join(' and ') || 'none';
  }
  const without = { clientSecret: undefined } as unknown as PadlockOptions;

  test.each<[string, string, readonly string[] | null | undefined, PadlockOptions]>([
    ['none', 'there is no secret', ['client_secret_basic', 'client_secret_post'], without],
    ['post', 'the provider lists it', ['client_secret_basic', 'client_secret_post'], {}],
    ['basic', 'the provider lists only that', ['client_secret_basic'], {}],
    ['basic', 'the provider lists neither', ['private_key_jwt'], {}],
    ['basic', 'the provider lists nothing', undefined, {}],
    ['basic', 'the provider lists null', null, {}],
    ['basic', 'that was chosen', ['client_secret_post'], { clientAuth: 'client-secret-basic' }],
    ['post', 'that was chosen', ['client_secret_basic'], { clientAuth: 'client-secret-post' }],
    ['none', 'that was chosen, though there is a secret', ['client_secret_post'], { clientAuth: 'none' }],
  ])('is %s where %s (BCP 13)', async (way, _, methods, options) => {
    await expect(taken(methods, options)).resolves.toBe(way);
  });

  const { cert, key } = certificate();
  test.each<[string, readonly string[], Record<string, string>]>([
    ['private-key-jwt', ['client_secret_basic', 'private_key_jwt'], { privateKey: key }],
    ['private-key-jwt', [], { privateKey: key }],
    ['private-key-jwt', [], { privateKey: key, clientSecret: SECRET }],
    ['private-key-jwt', ['private_key_jwt'], { privateKey: key, clientCertificate: cert }],
    ['tls', ['private_key_jwt', 'tls_client_auth'], { privateKey: key, clientCertificate: cert }],
    ['tls', ['self_signed_tls_client_auth'], { clientCertificate: `${cert}${key}` }],
    ['client-assertion', ['client_secret_basic'], { clientAssertion: 'made.by.github' }],
    ['client-assertion', [], { clientAssertion: 'made.by.github', clientSecret: SECRET }],
  ])('is %s where the provider lists %j and there is %j (BCP 12)', async (way, methods, values) => {
    const provider = fakeProvider();
    provider.metadata = { ...METADATA, token_endpoint_auth_methods_supported: methods };
    await padlockAt(provider, { ...without, values }).authenticate();
    const sent = provider.requests.find(({ method }) => method === 'POST');
    const form = provider.forms()[0];
    const assertion = form?.get('client_assertion');
    const assertions = { 'made.by.github': 'client-assertion' }[String(assertion)] ?? (assertion ? 'private-key-jwt' : undefined);
    expect([form?.get('client_secret'), sent?.headers?.authorization, form?.get('client_id')]).toEqual([null, undefined, CLIENT]);
    expect(sent?.identity === undefined ? assertions : 'tls').toBe(way);
  });

  test('is explained in the order of its strength: what the provider cannot use itself comes first (BCP 12)', () => {
    const text = readFileSync('docs/client-authentication.md', 'utf8');
    const table = text.slice(text.indexOf('\n| --- |'));
    const places = ['`tls-client-auth`', '`private-key-jwt`', '`client-secret-jwt`', '`client-secret-post`'].map((name) =>
      table.indexOf(name),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThan(0);
  });

  test('is not "none" where the certificate that was given fits nothing the provider lists', async () => {
    const provider = fakeProvider();
    const error = await padlockAt(provider, { ...without, values: { clientCertificate: `${cert}${key}` } })
      .authenticate()
      .catch((thrown: PadlockError) => thrown);
    expect(error).toMatchObject({ code: 'usage_missing_option', hint: expect.stringContaining('does not list tls_client_auth') });
    expect(provider.forms()).toEqual([]);
  });

  test('sends the form to the address that certificates have', async () => {
    const provider = fakeProvider();
    provider.metadata = {
      ...METADATA,
      token_endpoint_auth_methods_supported: ['tls_client_auth'],
      mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example.test/token' },
    };
    provider.others['/token'] = ({ url, identity }) => ({ body: tokens({ access_token: `${url}/${identity?.cert.length}` }) });
    const { access } = await padlockAt(provider, { ...without, values: { clientCertificate: cert, privateKey: key } }).authenticate();
    expect(access.value).toBe(`https://mtls.example.test/token/${cert.length}`);
  });

  test('that is refused is told with what else the provider takes, in our words', async () => {
    for (const [answer, code] of [
      [{ status: 401, body: { error: 'invalid_client' } }, 'client_invalid'],
      [{ status: 400, body: '' }, 'proto_bad_shape'],
    ] as const) {
      const provider = fakeProvider(answer);
      provider.metadata = { ...METADATA, token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt', 'unheard_of'] };
      const error = await padlockAt(provider)
        .authenticate()
        .catch((thrown: PadlockError) => thrown);
      expect(error).toMatchObject({
        code,
        hint: expect.stringContaining('--client-auth: the provider lists client-assertion, private-key-jwt, client-secret-basic-raw'),
      });
    }
  });

  test('is never another one after a refusal: that would count as another wrong password', async () => {
    for (const body of [{ error: 'invalid_client' }, { error: 'invalid_grant' }, '']) {
      const provider = fakeProvider({ status: 401, body });
      const error = await padlockAt(provider)
        .authenticate()
        .catch((thrown: PadlockError) => thrown);
      expect(error).toMatchObject({ name: 'PadlockError' });
      expect(provider.forms()).toHaveLength(1);
    }
  });

  test('needs its secret where it was chosen', async () => {
    const provider = fakeProvider();
    const padlock = padlockAt(provider, { ...without, clientAuth: 'client-secret-basic' });
    await expect(padlock.authenticate()).rejects.toMatchObject({
      code: 'usage_missing_option',
      message: expect.stringContaining('--client-secret'),
    });
    expect(provider.forms()).toEqual([]);
  });

  test('has to be known', async () => {
    const padlock = padlockAt(fakeProvider(), { clientAuth: 'client-secret-basics' });
    await expect(padlock.authenticate()).rejects.toMatchObject({
      code: 'usage_unknown_strategy',
      hint: 'Did you mean client-secret-basic?',
    });
  });

  test("may be a plugin's, whose reason is told when nothing fits", async () => {
    const mute: Plugin = {
      apiVersion: 1,
      name: 'acme',
      strategies: [
        { kind: 'client-auth', name: 'seal', summary: 'a seal', method: 'seal', applies: () => undefined as never, authenticate: () => {} },
      ],
    };
    const { createRegistry } = await import('../../../src/core/compose.ts');
    const { registerPlugin } = await import('../../../src/core/plugin-record.ts');
    const { chooseClient } = await import('../../../src/core/client.ts');
    const { mergeSettings } = await import('../../../src/core/settings.ts');
    const { registry, redactor } = createRegistry([]);
    registerPlugin(registry, mute);
    const choice = chooseClient(registry, mergeSettings([], registry, redactor), request().provider, {}, noon);
    await expect(choice).rejects.toMatchObject({
      code: 'usage_missing_option',
      hint: 'seal: it gives no reason. Choose one with --client-auth.',
    });
  });

  test("that a plugin brings may crash, which is told as the plugin's fault", async () => {
    const seal: Plugin = {
      apiVersion: 1,
      name: 'acme',
      strategies: [
        {
          kind: 'client-auth',
          name: 'seal',
          summary: 'a seal',
          method: 'seal',
          applies: () => true,
          authenticate: async () => {
            throw new Error('canary');
          },
        },
      ],
    };
    const provider = fakeProvider();
    const padlock = padlockAt(provider, { plugins: [seal], clientAuth: 'seal' });
    await expect(padlock.authenticate()).rejects.toMatchObject({
      code: 'plugin_crashed',
      message: 'The client authentication "seal" crashed ("Error").',
    });
    expect(provider.forms()).toEqual([]);
  });
});
