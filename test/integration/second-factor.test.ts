import { describe, expect, test } from '@jest/globals';
import type { Notice, Notices, Prompt, Question } from '../../src/core/ports.ts';
import { createPadlock, isPadlockError, type PadlockError, type Session } from '../../src/index.ts';
import type { Play, Sandbox } from '../../src/sandbox/index.ts';
import { sharedSandbox } from '../support/sandbox.ts';

interface Desk {
  readonly values?: Readonly<Record<string, unknown>>;
  /** What a human answers, in turn; without it nobody can be asked. */
  readonly answers?: readonly (string | ((question: Question) => string))[];
  readonly flow?: string;
}

interface Signed {
  readonly session?: Session;
  readonly error?: PadlockError;
  readonly asked: readonly Question[];
  readonly shown: readonly (readonly [string, unknown])[];
  readonly warned: readonly Notice[];
}

/** One sign-in of the sandbox's user at the provider that it plays. */
async function signIn(idp: Sandbox, provider: Play, { values, answers, flow = 'password' }: Desk = {}): Promise<Signed> {
  const asked: Question[] = [];
  const shown: (readonly [string, unknown])[] = [];
  const warned: Notice[] = [];
  const left = [...(answers ?? [])];
  const prompt: Prompt = {
    available: answers !== undefined,
    ask: async (question) => {
      asked.push(question);
      const next = left.shift();
      if (next === undefined) throw new Error(`Nobody expected to be asked: ${question.message}`);
      return typeof next === 'string' ? next : next(question);
    },
  };
  const notices: Notices = { warn: (notice) => void warned.push(notice), show: (line, event) => void shown.push([line, event]) };
  const { scope: _, ...client } = idp.client(flow === 'password-realm' ? 'password' : flow, 'rs256');
  await using padlock = createPadlock({
    ...client,
    flow,
    provider,
    scope: ['openid', 'profile', 'email'],
    values: { ...idp.user, acceptDeprecated: true, ...values },
    ports: { clock: { now: () => idp.clock.now(), sleep: async (milliseconds) => idp.advance(milliseconds / 1000) }, prompt, notices },
  });
  try {
    return { session: await padlock.authenticate(), asked, shown, warned };
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    return { error, asked, shown, warned };
  }
}

const choosing =
  (label: string) =>
  (question: Question): string =>
    question.choices?.find((choice) => choice.label === label)?.value ?? `no ${label}`;
const grants = (idp: Sandbox): unknown[] => idp.requests.at('token').map(({ form }) => String(form.grant_type).replace(/.*\//, ''));
/** The password goes out once, whatever happens. */
const passwords = (idp: Sandbox): number => idp.requests.at('token').filter(({ form }) => form.password !== undefined).length;
const ROBIN = { session: { user: { email: 'robin@percy.test' }, identity: { verified: true } } };
const PENDING = { status: 403, body: { error: 'authorization_pending', error_description: 'Authorization pending' } } as const;

describe('Auth0: after mfa_required', () => {
  const shared = sharedSandbox({ play: 'auth0', factors: ['otp', 'push', 'sms', 'recovery-code'] });

  test('a given one-time code signs in; nothing is asked', async () => {
    const idp = shared();
    await expect(signIn(idp, 'auth0', { values: { otp: idp.factors.otp } })).resolves.toMatchObject({ ...ROBIN, asked: [] });
    expect(grants(idp)).toEqual(['password', 'mfa-otp']);
    const [list] = idp.requests.at('mfa');
    expect(list).toMatchObject({
      method: 'GET',
      path: '/mfa/authenticators',
      headers: { authorization: expect.stringMatching(/^Bearer Fe26\./) },
    });
    const [, code] = idp.requests.at('token');
    expect(Object.keys(code?.form ?? {}).sort()).toEqual(['client_id', 'client_secret', 'grant_type', 'mfa_token', 'otp']);
  });

  test('with the password-realm grant, too', async () => {
    const idp = shared();
    const values = { otp: idp.factors.otp, realm: 'Username-Password-Authentication' };
    await expect(signIn(idp, 'auth0', { flow: 'password-realm', values })).resolves.toMatchObject(ROBIN);
    expect(grants(idp)).toEqual(['password-realm', 'mfa-otp']);
    expect(idp.requests.at('token')[0]?.form).toMatchObject({ realm: 'Username-Password-Authentication' });
  });

  test('without a human the failure lists what there is', async () => {
    const { error } = await signIn(shared(), 'auth0');
    expect(error?.toJSON()).toMatchObject({
      code: 'auth_interaction_required',
      exit: 4,
      reason: 'mfa_required',
      oauth_error: 'mfa_required',
      choices: [
        { method: 'otp', id: 'totp|dev_1' },
        { method: 'push', id: 'push|dev_2', label: "Robin's phone" },
        { method: 'sms', id: 'sms|dev_3', label: 'XXXXXXXX4711' },
        { method: 'recovery-code', id: 'recovery-code|dev_4' },
      ],
    });
    expect(grants(shared())).toEqual(['password']);
  });

  test('a human chooses, and may mistype the code; the password is not sent again', async () => {
    const idp = shared();
    const result = await signIn(idp, 'auth0', { answers: [choosing('otp'), '000000', '123 456'] });
    expect(result).toMatchObject({ ...ROBIN, shown: [['That code is not right.', { action: 'wrong_code' }]] });
    expect(result.asked.map(({ message, secret }) => [message, secret])).toEqual([
      ['Which second factor?', undefined],
      ['One-time code', true],
      ['One-time code', true],
    ]);
    expect([grants(idp), passwords(idp)]).toEqual([['password', 'mfa-otp', 'mfa-otp'], 1]);
  });

  test('three wrong codes are enough', async () => {
    const idp = shared();
    const { error } = await signIn(idp, 'auth0', { values: { mfa: 'otp' }, answers: ['1', '2', '3'] });
    expect(error).toMatchObject({
      code: 'auth_invalid_grant',
      reason: 'wrong_code',
      message: 'The code of the second factor is not right.',
    });
    expect(grants(idp)).toHaveLength(4);
  });

  test('a wrong code that was given is one try', async () => {
    const idp = shared();
    const { error } = await signIn(idp, 'auth0', { values: { otp: '000000' } });
    expect(error).toMatchObject({ code: 'auth_invalid_grant', exit: 4, reason: 'wrong_code', oauthError: 'invalid_grant' });
    expect(grants(idp)).toEqual(['password', 'mfa-otp']);
  });

  test('a push is asked for in JSON and waited for, as often as the provider wants', async () => {
    const idp = shared();
    idp.next('token', {}); // the password
    idp.next('token', PENDING);
    idp.next('token', { status: 429, body: { error: 'slow_down' } });
    const { session, shown } = await signIn(idp, 'auth0', { values: { mfa: 'push' } });
    expect(session?.user?.email).toBe('robin@percy.test');
    expect(shown).toEqual([["Confirm the sign-in on your device: Robin's phone", { action: 'mfa', method: 'push' }]]);
    const [, challenge] = idp.requests.at('mfa');
    expect(challenge).toMatchObject({ path: '/mfa/challenge', headers: { 'content-type': 'application/json' } });
    expect(challenge?.form).toMatchObject({ challenge_type: 'oob', authenticator_id: 'push|dev_2', client_id: 'padlock-rs256' });
    const at = idp.requests.at('token').map((request) => request.at / 1000);
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(waits.map((seconds, index) => seconds >= ([5, 5, 10][index] ?? Number.NaN))).toEqual([true, true, true]); // to the second: core/polling
  });

  test('a push that is refused ends it', async () => {
    const idp = shared();
    idp.next('token', {});
    idp.next('token', { status: 403, body: { error: 'invalid_grant', error_description: 'Authorization rejected' } });
    const { error } = await signIn(idp, 'auth0', { values: { mfa: 'push' } });
    expect(error).toMatchObject({ code: 'auth_access_denied', reason: 'refused', exit: 4 });
    expect(grants(idp)).toEqual(['password', 'mfa-oob']);
  });

  test('a push that nobody answers ends when the sign-in does', async () => {
    const idp = shared();
    idp.next('token', { response: { expires_in: 20 } });
    idp.next('token', { ...PENDING, repeat: 3 });
    const { error } = await signIn(idp, 'auth0', { values: { mfa: 'push' } });
    expect(error).toMatchObject({ code: 'auth_expired', exit: 4 });
    expect(grants(idp)).toHaveLength(4); // the password, and one question every 5 of 20 seconds
  });

  test('a text message brings a code that is typed here', async () => {
    const idp = shared();
    const { asked, session } = await signIn(idp, 'auth0', { values: { mfa: 'sms|dev_3' }, answers: [idp.factors.sms] });
    expect([session?.user?.email, asked[0]?.message]).toEqual(['robin@percy.test', 'Code sent to XXXXXXXX4711']);
    expect(idp.requests.at('token')[1]?.form).toMatchObject({ binding_code: idp.factors.sms, oob_code: expect.stringMatching(/^Fe26/) });
  });

  test('a recovery code works once: the new one is told, and kept nowhere', async () => {
    const idp = shared();
    const first = await signIn(idp, 'auth0', { values: { recoveryCode: idp.factors.recoveryCode } });
    const [notice] = first.warned.filter(({ code }) => code === 'new_recovery_code');
    expect(notice).toMatchObject({ essential: true, message: expect.stringMatching(/: [0-9A-F]{24}$/) });
    const next = notice?.message.split(': ')[1] ?? '';
    expect(first.session?.warnings).toContainEqual(notice);
    expect(JSON.stringify({ ...first.session, warnings: [] })).not.toContain(next);
    await expect(signIn(idp, 'auth0', { values: { recoveryCode: idp.factors.recoveryCode } })).resolves.toMatchObject({
      error: { reason: 'wrong_code' },
    });
    await expect(signIn(idp, 'auth0', { values: { recoveryCode: next } })).resolves.toMatchObject(ROBIN);
  });

  test('who thinks for too long begins again', async () => {
    const idp = shared();
    const late = (): string => {
      idp.advance(601);
      return idp.factors.otp;
    };
    const { error } = await signIn(idp, 'auth0', { values: { mfa: 'otp' }, answers: [late] });
    expect(error).toMatchObject({ code: 'auth_expired', message: 'The sign-in waited too long for its second factor.' });
    expect(grants(idp)).toEqual(['password']);
  });

  test('a provider that finds it too late before we do is believed', async () => {
    const idp = shared();
    idp.next('mfa', { status: 401, body: { error: 'invalid_token' } });
    await expect(signIn(idp, 'auth0', { values: { otp: '1' } })).resolves.toMatchObject({ error: { code: 'auth_expired' } });
  });

  test('too many attempts are a lock-out, not a reason to try again', async () => {
    const idp = shared();
    idp.next('token', {});
    idp.next('token', { status: 429, body: { error: 'too_many_attempts' } });
    const { error } = await signIn(idp, 'auth0', { values: { otp: '000000' } });
    expect(error).toMatchObject({ code: 'auth_access_denied', exit: 4, reason: 'locked', retryable: false });
  });

  test('a factor that the user does not have is named with those that there are', async () => {
    const { error } = await signIn(shared(), 'auth0', { values: { mfa: 'voice' } });
    expect(error).toMatchObject({ code: 'auth_interaction_required', message: 'The user has no second factor "voice".' });
    expect(error?.choices).toHaveLength(4);
  });

  test('no error and no question holds the token that stands for the sign-in', async () => {
    const idp = shared();
    const { error } = await signIn(idp, 'auth0');
    expect(JSON.stringify(error) + error?.message + error?.hint).not.toContain('Fe26');
  });

  test.each([
    ['an object', { status: 200, body: {} }, 'proto_bad_shape'],
    ['no JSON', { status: 200, body: 'x' }, 'proto_not_json'],
    ['missing', { status: 404, body: '' }, 'proto_status'],
  ])('a list of authenticators that is %s is refused', async (_, behaviour, code) => {
    const idp = shared();
    idp.next('mfa', behaviour);
    await expect(signIn(idp, 'auth0', { values: { otp: '1' } })).resolves.toMatchObject({ error: { code } });
  });

  test.each([
    ['without a code', {}],
    ['with an unknown way to hand it over', { oob_code: 'x', binding_method: 'telepathy' }],
  ])('a challenge %s is refused', async (_, body) => {
    const idp = shared();
    idp.next('mfa', {});
    idp.next('mfa', { status: 200, body });
    await expect(signIn(idp, 'auth0', { values: { mfa: 'push' } })).resolves.toMatchObject({ error: { code: 'proto_bad_shape' } });
  });

  test('ten wrong passwords block the account: exit 4, whatever the status', async () => {
    const idp = shared();
    for (let tries = 0; tries < 10; tries++)
      await expect(signIn(idp, 'auth0', { values: { password: 'wrong' } })).resolves.toMatchObject({
        error: { reason: 'wrong_credentials' },
      });
    const { error } = await signIn(idp, 'auth0');
    expect(error).toMatchObject({ reason: 'locked', code: 'auth_access_denied', exit: 4, httpStatus: 429, retryAfter: undefined });
  });
});

describe('Auth0 with nothing enrolled', () => {
  const shared = sharedSandbox({ play: 'auth0', factors: [] });
  test('says that a browser has to come first', async () => {
    const { error } = await signIn(shared(), 'auth0', { answers: [] });
    expect(error).toMatchObject({ code: 'auth_interaction_required', reason: 'setup_required', hint: expect.stringContaining('Enrol') });
  });
});

describe('Okta: after mfa_required', () => {
  const shared = sharedSandbox({ play: 'okta', factors: ['otp', 'push', 'sms'] });

  test('a one-time code goes with the scopes', async () => {
    const idp = shared();
    await expect(signIn(idp, 'okta', { values: { otp: idp.factors.otp } })).resolves.toMatchObject(ROBIN);
    expect(idp.requests.at('token')[1]?.form).toMatchObject({ scope: 'openid profile email', otp: idp.factors.otp });
    expect(idp.requests.at('mfa')).toEqual([]); // there is no list to ask for
  });

  test('a push is asked for in a form, and its number is shown here', async () => {
    const idp = shared();
    idp.next('token', {});
    idp.next('token', { status: 400, body: { error: 'authorization_pending' } });
    const { shown, session } = await signIn(idp, 'okta', { values: { mfa: 'push' } });
    expect(session?.user?.email).toBe('robin@percy.test');
    expect(shown).toEqual([['Choose or type this code on your device: 95', { action: 'mfa', method: 'push', code: '95' }]]);
    const [challenge] = idp.requests.at('mfa');
    expect(challenge).toMatchObject({ path: '/challenge', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect(challenge?.form).toMatchObject({ channel_hint: 'push', challenge_types_supported: 'http://auth0.com/oauth/grant-type/mfa-oob' });
  });

  test('without a number the device is all there is', async () => {
    const idp = shared();
    idp.next('mfa', { response: { binding_method: 'none', binding_code: null } });
    const { shown } = await signIn(idp, 'okta', { values: { mfa: 'push' } });
    expect(shown).toEqual([['Confirm the sign-in on your device: push', { action: 'mfa', method: 'push' }]]);
  });

  test('what the provider takes stands in the choices', async () => {
    const { error } = await signIn(shared(), 'okta');
    expect(error?.choices).toEqual([{ method: 'otp' }, { method: 'push' }, { method: 'sms' }, { method: 'voice' }]);
  });

  test('a factor that is not enrolled is refused by the provider', async () => {
    await expect(signIn(shared(), 'okta', { values: { mfa: 'voice' } })).resolves.toMatchObject({
      error: { exit: 4, oauthError: 'unsupported_challenge_type' },
    });
  });
});

describe('Keycloak', () => {
  const shared = sharedSandbox({ play: 'keycloak', factors: ['otp'] });

  test('takes the code with the password', async () => {
    const idp = shared();
    await expect(signIn(idp, 'keycloak', { values: { otp: idp.factors.otp } })).resolves.toMatchObject(ROBIN);
    expect(idp.requests.at('token').map(({ form }) => form.totp)).toEqual([idp.factors.otp]);
  });

  test('does not say that a code is missing: the hint does', async () => {
    const { error } = await signIn(shared(), 'keycloak');
    expect(error).toMatchObject({ code: 'auth_invalid_grant', reason: 'wrong_credentials', hint: expect.stringContaining('--otp-stdin') });
    expect(passwords(shared())).toBe(1);
  });
});

describe('Entra', () => {
  const shared = sharedSandbox({ play: 'entra', factors: ['push'] });

  test('wants a browser for the second factor: its claims are for the next sign-in', async () => {
    const { error } = await signIn(shared(), 'entra', { values: { otp: '123456' } });
    expect(error).toMatchObject({
      code: 'auth_interaction_required',
      reason: 'mfa_required',
      claims: '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}',
      requestId: '3f0f2b6e-0000-4000-8000-000000000001',
    });
    expect(error?.message).not.toMatch(/[\r\n]/);
    expect(error?.hint).toContain('--param claims=');
  });

  test.each([
    [50053, 'locked', 'auth_access_denied'],
    [50055, 'expired_password', 'auth_interaction_required'],
    [50057, 'disabled', 'auth_access_denied'],
    [65001, 'consent_required', 'auth_interaction_required'],
  ])('AADSTS%i is %s', async (number, reason, code) => {
    await expect(signIn(shared(), 'entra', { values: { username: `aadsts${number}@percy.test` } })).resolves.toMatchObject({
      error: { reason, code, exit: 4 },
    });
  });
});

describe('a provider that nobody named', () => {
  const shared = sharedSandbox({ play: 'auth0', factors: ['otp'] });
  test('is not gone on with: the refusal says what it said', async () => {
    const idp = shared();
    const { scope: _, ...client } = idp.client('password', 'rs256');
    await using padlock = createPadlock({ ...client, values: { ...idp.user, otp: idp.factors.otp }, ports: { clock: idp.clock } });
    const error = await padlock.authenticate().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'auth_interaction_required', oauthError: 'mfa_required', choices: undefined });
    expect(grants(idp)).toEqual(['password']);
  });
});
