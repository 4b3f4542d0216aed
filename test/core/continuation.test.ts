/** What follows on `mfa_required`, step by step: a provider that is a function, a time that is set, and a human who is written down. */
import { describe, expect, test } from '@jest/globals';
import type { ProviderPreset } from '../../src/core/contracts.ts';
import type { MfaFacts } from '../../src/core/preset.ts';
import type { PadlockError, Plugin, Session } from '../../src/index.ts';
import { type FakeAnswer, fakeProvider, PASSWORD, padlockAt, tokens } from './fake-provider.ts';
import { ISSUER, NOW } from './forge.ts';

const REQUIRED: FakeAnswer = { status: 403, body: { error: 'mfa_required', mfa_token: 'mfa-token-canary' } };
const PENDING: FakeAnswer = { status: 400, body: { error: 'authorization_pending' } };
const WRONG: FakeAnswer = { status: 403, body: { error: 'invalid_grant' } };
const GOOD: FakeAnswer = { body: tokens() };
const OTP = { authenticator_type: 'otp', id: 'o1' };
const PHONE = { authenticator_type: 'oob', oob_channel: 'auth0', id: 'p1', name: 'Robin’s phone' };
const RECOVERY = { authenticator_type: 'recovery-code', id: 'r1' };

interface Desk {
  /** What the token endpoint answers after the password. */
  readonly answers?: readonly FakeAnswer[];
  readonly first?: FakeAnswer;
  readonly factors?: readonly object[];
  readonly challenge?: object;
  readonly values?: Readonly<Record<string, unknown>>;
  /** What a human types, and how many seconds that takes; without it nobody is there. */
  readonly types?: readonly (readonly [string, number?])[];
  readonly facts?: Partial<MfaFacts> | null;
}

interface End {
  readonly session?: Session;
  readonly error?: PadlockError;
}

async function signIn({ answers = [], challenge, facts = {}, factors = [OTP], first = REQUIRED, types, values }: Desk) {
  const fake = fakeProvider(first, ...answers);
  let now = NOW;
  const left = [...(types ?? [])];
  const said: unknown[] = [];
  const mfa: MfaFacts = { authenticators: '/mfa/authenticators', challenge: '/mfa/challenge', format: 'json', ...facts };
  const acme: ProviderPreset = { kind: 'provider', name: 'acme', summary: 'Acme', issuers: [ISSUER], ...(facts && { mfa }) };
  const plugin: Plugin = { apiVersion: 1, name: 'acme', strategies: [acme] };
  fake.others['/mfa/authenticators'] = { body: factors };
  fake.others['/mfa/challenge'] = { body: challenge };
  const padlock = padlockAt(fake, {
    plugins: [plugin],
    values: { provider: 'acme', ...values },
    ports: {
      clock: {
        now: () => now,
        sleep: async (milliseconds) => {
          now += milliseconds;
        },
      },
      prompt: {
        available: types !== undefined,
        ask: async ({ message }) => {
          const [text = '', seconds = 0] = left.shift() ?? [];
          said.push(message);
          now += seconds * 1000;
          return text;
        },
      },
      notices: {
        show: (line, event) => void said.push([line, event]),
        warn: ({ code, message }) => void (code !== 'deprecated_flow' && said.push([code, message])),
      },
    },
  });
  const end = await padlock.authenticate().then(
    (session: Session): End => ({ session }),
    (error: PadlockError): End => ({ error }),
  );
  const forms = fake.forms().map((form) => Object.fromEntries(form));
  return { ...end, said, forms, fake, seconds: (now - NOW) / 1000 };
}
const asked = ({ forms }: { forms: readonly Record<string, string>[] }) => forms.map((form) => form.grant_type?.replace(/.*\//, ''));

describe('the failure itself is the answer', () => {
  test.each<[string, Desk]>([
    ['where the provider is not known to have a second factor', { facts: null }],
    ['without a token', { first: { ...REQUIRED, body: { error: 'mfa_required' } } }],
    ['with a token that is empty', { first: { ...REQUIRED, body: { error: 'mfa_required', mfa_token: '' } } }],
    ['with a token that is no text', { first: { ...REQUIRED, body: { error: 'mfa_required', mfa_token: 5 } } }],
  ])('%s', async (_, desk) => {
    const { error, fake } = await signIn({ ...desk, values: { otp: '123456' }, answers: [GOOD] });
    expect(error).toMatchObject({ code: 'auth_interaction_required', oauthError: 'mfa_required' });
    expect(fake.requests.filter(({ url }) => url.includes('/mfa/'))).toEqual([]);
    expect(fake.forms()).toHaveLength(1);
  });

  test('of another kind, whatever comes with it', async () => {
    const first = { status: 403, body: { error: 'invalid_grant', mfa_token: 'x' } };
    const { error, forms } = await signIn({ first, values: { otp: '123456' }, answers: [GOOD] });
    expect([error?.code, forms.length]).toEqual(['auth_invalid_grant', 1]);
  });
});

describe('a code', () => {
  test('is redeemed with the token of the sign-in, and the password is not sent again', async () => {
    const done = await signIn({ values: { otp: '123456' }, answers: [GOOD] });
    expect(done.session?.user?.id).toBe('robin');
    expect(asked(done)).toEqual(['password', 'mfa-otp']);
    expect(done.forms[1]).toMatchObject({ mfa_token: 'mfa-token-canary', otp: '123456' });
    expect(JSON.stringify(done.forms[1])).not.toContain(PASSWORD);
    expect([done.forms[1]?.scope, done.fake.requests.at(-1)?.signal]).toEqual([undefined, expect.any(AbortSignal)]);
  });

  test('is redeemed for what was asked for, where the provider wants to hear that again', async () => {
    const { forms } = await signIn({ facts: { repeats: true }, values: { otp: '123456' }, answers: [GOOD] });
    expect(forms[1]?.scope).toBe('openid profile email');
  });

  test('that nobody can type is named first of what there is', async () => {
    const { error } = await signIn({ factors: [PHONE, OTP, RECOVERY], values: { mfa: 'otp' } });
    expect(error).toMatchObject({
      code: 'auth_interaction_required',
      choices: [
        { method: 'otp', id: 'o1' },
        { method: 'push', id: 'p1', label: 'Robin’s phone' },
        { method: 'recovery-code', id: 'r1' },
      ],
    });
  });

  test.each([
    ['in time', undefined, 599, 'mfa-otp'],
    ['too late', undefined, 600, undefined],
    ['in the time that the provider gives', 60, 59, 'mfa-otp'],
    ['after the time that the provider gives', 60, 60, undefined],
  ])('is typed %s', async (_, lifetime, seconds, grant) => {
    const first = { status: 403, body: { error: 'mfa_required', mfa_token: 'x', ...(lifetime && { expires_in: lifetime }) } };
    const done = await signIn({ first, types: [['123 456', seconds]], answers: [GOOD] });
    expect(asked(done)[1]).toBe(grant);
    if (grant === undefined) expect(done.error).toMatchObject({ code: 'auth_expired', hint: 'Begin again.' });
    else expect(done.forms[1]?.otp).toBe('123456');
  });

  test('may be mistyped twice', async () => {
    const done = await signIn({ types: [['1'], ['2'], ['3']], answers: [WRONG, WRONG, GOOD] });
    const wrong = ['That code is not right.', { action: 'wrong_code' }];
    expect([done.session?.user?.id, done.said]).toEqual(['robin', ['One-time code', wrong, 'One-time code', wrong, 'One-time code']]);
    const never = await signIn({ types: [['1'], ['2'], ['3'], ['4']], answers: [WRONG] });
    expect([never.error?.code, never.error?.reason, never.forms.length]).toEqual(['auth_invalid_grant', 'wrong_code', 4]);
  });

  test('is not asked for again after a failure of another kind', async () => {
    const { error, forms } = await signIn({ types: [['1'], ['2']], answers: [{ status: 503 }, GOOD] });
    expect([error?.code, forms.length]).toEqual(['idp_unavailable', 2]);
  });
});

describe('a recovery code', () => {
  const recovered = (next: unknown) =>
    signIn({ factors: [RECOVERY], values: { recoveryCode: 'OLD' }, answers: [{ body: tokens({ recovery_code: next }) }] });

  test('brings the next one, which is shown once', async () => {
    const { forms, said, session } = await recovered('NEW-CODE');
    expect(forms[1]).toMatchObject({ recovery_code: 'OLD' });
    expect(said).toEqual([['new_recovery_code', 'The recovery code is used up. The new one, shown only now: NEW-CODE']]);
    expect(session?.user?.id).toBe('robin');
  });

  test.each([undefined, null, '', 5, {}])('brings none: %j', async (next) => {
    const { said, session } = await recovered(next);
    expect([said, session?.user?.id]).toEqual([[], 'robin']);
  });
});

describe('what happens on another device', () => {
  const away = (challenge: object, answers: readonly FakeAnswer[], desk: Desk = {}) =>
    signIn({ factors: [PHONE], values: { mfa: 'push' }, challenge: { oob_code: 'oob', ...challenge }, answers, ...desk });
  const confirm = ['Confirm the sign-in on your device: Robin’s phone', { action: 'mfa', method: 'push' }];
  const choose = ['Choose or type this code on your device: 42', { action: 'mfa', method: 'push', code: '42' }];

  test.each<[object, unknown]>([
    [{}, confirm],
    [{ binding_method: 'none', binding_code: '42' }, confirm],
    [{ binding_method: 'transfer' }, confirm],
    [{ binding_method: 'transfer', binding_code: '42' }, choose],
  ])('is told: %j', async (challenge, line) => {
    const done = await away(challenge, [GOOD]);
    expect([done.said, asked(done), done.forms[1]?.oob_code]).toEqual([[line], ['password', 'mfa-oob'], 'oob']);
  });

  test('may send a code to be typed here', async () => {
    const done = await away({ binding_method: 'prompt' }, [GOOD], { types: [['4711']] });
    expect([done.said, done.forms[1]]).toEqual([
      ['Code sent to Robin’s phone'],
      expect.objectContaining({ oob_code: 'oob', binding_code: '4711' }),
    ]);
  });

  test('is waited for as the challenge says', async () => {
    const done = await away({ interval: 7, expires_in: 60 }, [PENDING, PENDING, GOOD]);
    expect([done.session?.user?.id, done.forms.length]).toEqual(['robin', 4]);
    expect(done.seconds).toBeGreaterThanOrEqual(14);
    const over = await away({ interval: 7, expires_in: 60 }, [PENDING]);
    expect([over.error?.code, over.seconds <= 70]).toEqual(['auth_expired', true]);
  });

  test('is waited for as long as the sign-in itself lives, where the challenge does not say', async () => {
    const first = { status: 403, body: { error: 'mfa_required', mfa_token: 'x', expires_in: 120 } };
    const { error, forms, seconds } = await away({}, [PENDING], { first });
    expect(error?.code).toBe('auth_expired');
    expect([forms.length > 20, seconds >= 110, seconds <= 130]).toEqual([true, true, true]);
  });

  test('may be refused there', async () => {
    const { error } = await away({}, [PENDING, WRONG]);
    expect(error).toMatchObject({ code: 'auth_access_denied', reason: 'refused', oauthError: 'invalid_grant', httpStatus: 403 });
    const other = await away({}, [{ status: 401, body: { error: 'invalid_client' } }]);
    expect(other.error?.code).toBe('client_invalid');
  });
});

test('who has no second factor yet is told to enrol one', async () => {
  expect((await signIn({ factors: [] })).error).toMatchObject({
    code: 'auth_interaction_required',
    reason: 'setup_required',
    oauthError: 'mfa_required',
    httpStatus: 403,
  });
});
