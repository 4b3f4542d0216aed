import { describe, expect, test } from '@jest/globals';
import type { GrantHost } from '../../../src/core/contracts.ts';
import { type About, PadlockError } from '../../../src/core/errors.ts';
import type { TokenResponse } from '../../../src/core/messages.ts';
import { clientCredentials } from '../../../src/strategies/grants/client-credentials.ts';
import { password } from '../../../src/strategies/grants/password.ts';
import { fakeProvider, padlockAt } from '../../core/fake-provider.ts';

const ANSWER: TokenResponse = { access_token: 'at', token_type: 'Bearer' };

function host(answer: () => TokenResponse = () => ANSWER) {
  const sent: unknown[] = [];
  const exchange = async (grantType: string, form: object): Promise<TokenResponse> => {
    sent.push([grantType, form]);
    return answer();
  };
  const fail = (code: string, about: About = {}): never => {
    throw new PadlockError(code, about);
  };
  return { sent, host: { exchange, fail } as unknown as GrantHost };
}
const robin = { username: 'robin@percy.test', password: ' pa55 word ' };

describe('the password flow', () => {
  test('sends the user name and the password as they are', async () => {
    const { host: at, sent } = host();
    await expect(password.acquire(robin, at)).resolves.toBe(ANSWER);
    expect(sent).toEqual([['password', robin]]);
  });

  test('is deprecated, says so, and needs both values (BCP 1)', () => {
    expect(password.deprecated).toMatch(/RFC 9700/);
    expect([password.options.username.required, password.options.password.required, password.options.password.secret]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('is never taken unless it is chosen, though its values are there (BCP 1)', async () => {
    const provider = fakeProvider();
    const withFlow = (flow: string | undefined) => padlockAt(provider, { flow, values: robin } as never).authenticate();
    await expect(withFlow(undefined)).rejects.toMatchObject({ code: 'usage_missing_flow' });
    await expect(withFlow('auto')).resolves.toMatchObject({ flow: 'client-credentials' });
    expect(provider.forms().map((form) => [form.get('grant_type'), form.get('password')])).toEqual([['client_credentials', null]]);
  });

  test.each<[string, PadlockError]>([
    ['invalid_grant', new PadlockError('auth_invalid_grant', { oauthError: 'invalid_grant', httpStatus: 400 })],
    ['an empty 403', new PadlockError('auth_access_denied', { httpStatus: 403 })],
  ])('calls it a wrong password: %s', async (_, refusal) => {
    const { host: at, sent } = host(() => {
      throw refusal;
    });
    await expect(password.acquire(robin, at)).rejects.toMatchObject({
      code: 'auth_invalid_grant',
      message: 'Incorrect username or password.',
      httpStatus: refusal.httpStatus,
      oauthError: refusal.oauthError,
      cause: refusal,
    });
    expect(sent).toHaveLength(1);
  });

  test('keeps what the provider says about it: the account may be disabled, the password expired', async () => {
    const message = 'The provider refused: "invalid_grant". Account is not fully set up';
    const { host: at } = host(() => {
      throw new PadlockError('auth_invalid_grant', { message, oauthError: 'invalid_grant' });
    });
    await expect(password.acquire(robin, at)).rejects.toMatchObject({ message: 'Incorrect username or password.', hint: message });
  });

  test.each<[string, unknown]>([
    ['a lock-out', new PadlockError('auth_access_denied', { oauthError: 'too_many_attempts' })],
    ['a second factor', new PadlockError('auth_interaction_required', { oauthError: 'mfa_required' })],
    ['a refused client', new PadlockError('client_invalid')],
    ['a network that fails', new PadlockError('net_reset')],
    ['a bug', new TypeError('x')],
  ])('does not take %s for a wrong password', async (_, refusal) => {
    const { host: at } = host(() => {
      throw refusal;
    });
    await expect(password.acquire(robin, at)).rejects.toBe(refusal);
  });
});

test('the client-credentials flow sends nothing but its name', async () => {
  const { host: at, sent } = host();
  await expect(clientCredentials.acquire({}, at)).resolves.toBe(ANSWER);
  expect(sent).toEqual([['client_credentials', {}]]);
  expect(clientCredentials.subject).toBe('client');
});
