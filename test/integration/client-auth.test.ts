/** How a client proves itself at the token endpoint: as chosen by name, else by what fits; once, whatever comes of it. */
import { describe, expect, test } from '@jest/globals';
import { createPadlock, type PadlockError, type PadlockOptions, type Session } from '../../src/index.ts';
import type { ClientVariant } from '../../src/sandbox/index.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();

function signIn(variant: ClientVariant, { clientAuth, ...options }: Partial<PadlockOptions> = {}): Promise<Session> {
  const { clientAuth: _own, ...client } = idp().client('password', variant);
  const { username, password } = idp().user;
  return createPadlock({
    ...client,
    ...options,
    ...(clientAuth !== undefined && { clientAuth }),
    values: { username, password },
  }).authenticate();
}

/** How the only token request was authenticated: `post`, `none`, or the decoded credentials of Basic. */
function method(): string {
  const requests = idp().requests.at('token');
  expect(requests).toHaveLength(1);
  const { authorization } = requests[0]?.headers ?? {};
  const { client_id: id, client_secret: secret } = requests[0]?.form ?? {};
  if (authorization === undefined) return `${secret === undefined ? 'none' : 'post'} as ${String(id)}`;
  expect([secret, authorization.split(' ')[0]]).toEqual([undefined, 'Basic']);
  return Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
}
const lists = (...methods: string[]): void => idp().next('discovery', { response: { token_endpoint_auth_methods_supported: methods } });

describe('a client without a chosen method', () => {
  test('and without a secret sends its name (BCP 32)', async () => {
    await signIn('public');
    expect(method()).toBe('none as padlock-public');
  });

  test('posts its secret where discovery lists that', async () => {
    await signIn('rs256');
    expect(method()).toBe('post as padlock-rs256');
  });

  test.each([
    ['lists only Basic', ['client_secret_basic']],
    ['lists nothing it can do', ['private_key_jwt']],
  ])('uses Basic where discovery %s', async (_, methods) => {
    lists(...methods);
    await signIn('rs256');
    expect(method()).toBe(`padlock-rs256:${String(idp().client('password', 'rs256').clientSecret)}`);
  });

  test('is not given a second try with another method', async () => {
    const refused = await signIn('basic').catch((error: PadlockError) => error);
    expect(refused).toMatchObject({ code: 'client_invalid', hint: expect.stringContaining('--client-auth') });
    expect(method()).toBe('post as padlock-basic');
  });
});

describe('a chosen method', () => {
  test('is used whatever discovery lists', async () => {
    lists('client_secret_post');
    await signIn('basic', { clientAuth: 'client-secret-basic' });
    expect(method()).toMatch(/^padlock-basic:/);
  });

  test('Basic is form-encoded, and what needs no encoding is left as it is', async () => {
    await signIn('basic', { clientAuth: 'client-secret-basic' });
    const secret = String(idp().client('password', 'basic').clientSecret);
    expect(secret.endsWith(':+/ %&=~*')).toBe(true);
    const [id, sent = ''] = method().split(/:(.*)/s);
    expect(id).toBe('padlock-basic');
    expect(sent).toBe(`${secret.slice(0, -9)}%3A%2B%2F+%25%26%3D~%2A`);
  });

  test('post and none are used by their names', async () => {
    await signIn('rs256', { clientAuth: 'client-secret-post' });
    expect(method()).toBe('post as padlock-rs256');
    idp().requests.clear();
    const refused = await signIn('rs256', { clientAuth: 'none' }).catch((error: PadlockError) => error);
    expect(refused).toMatchObject({ code: 'client_invalid' });
    expect(method()).toBe('none as padlock-rs256');
  });

  test('that needs a secret says so before any token request', async () => {
    const refused = await signIn('public', { clientAuth: 'client-secret-post' }).catch((error: PadlockError) => error);
    expect(refused).toMatchObject({ code: 'usage_missing_option', message: expect.stringContaining('--client-secret') });
    expect(idp().requests.at('token')).toEqual([]);
  });

  test('that does not exist is answered with those that do', async () => {
    const refused = await signIn('public', { clientAuth: 'client-secret-pots' }).catch((error: PadlockError) => error);
    expect(refused).toMatchObject({ code: 'usage_unknown_strategy', hint: expect.stringContaining('client-secret-post') });
  });
});
