/** Which second factor it is: named, told by a code, the only one, or chosen by a human; and what is said where nobody can choose. */
import { describe, expect, test } from '@jest/globals';
import type { Question } from '../../src/core/ports.ts';
import { type Authenticator, chooseFactor, withCode } from '../../src/core/second-factor.ts';
import { errorOf } from './config-fixture.ts';

const OTP: Authenticator = { method: 'otp', id: 'o1', label: 'otp' };
const PUSH: Authenticator = { method: 'push', id: 'p1', label: 'Robin’s phone' };
const PAD: Authenticator = { method: 'push', id: 'p2', label: 'Robin’s pad' };
const SMS: Authenticator = { method: 'sms', label: 'XXX4711' };
const RECOVERY: Authenticator = { method: 'recovery-code', id: 'r1', label: 'recovery-code' };

interface Call {
  readonly mfa?: string;
  readonly codes?: readonly string[];
  /** What a human answers; without it nobody is there. */
  readonly answer?: string;
  readonly mayAsk?: boolean;
}

async function choose(known: readonly Authenticator[], { answer, codes = [], mayAsk = true, mfa }: Call = {}) {
  const asked: Question[] = [];
  const prompt = {
    available: answer !== undefined,
    ask: async (question: Question) => {
      asked.push(question);
      return answer ?? '';
    },
  };
  const factor = { mfa, mayAsk, has: (code: string) => codes.includes(code), get: async () => undefined };
  return { chosen: await chooseFactor(known, { factor, ports: { prompt }, request: {} }), asked };
}
const offered = (question: Question | undefined): unknown => question?.choices?.map(({ label }) => label);

describe('nobody is asked', () => {
  test.each<[string, readonly Authenticator[], Call, Authenticator]>([
    ['which is named', [OTP, PUSH, SMS], { mfa: 'push' }, PUSH],
    ['which is named by its id', [OTP, PUSH, PAD], { mfa: 'p2' }, PAD],
    ['which a one-time code is for', [PUSH, OTP, RECOVERY], { codes: ['otp'] }, OTP],
    ['which a recovery code is for', [OTP, RECOVERY], { codes: ['otp', 'recoveryCode'] }, RECOVERY],
    ['which is named, whatever code is there', [OTP, PUSH], { mfa: 'push', codes: ['otp'] }, PUSH],
    ['which is the only usual one', [RECOVERY, OTP], { answer: '0' }, OTP],
    ['which is the only one', [RECOVERY], { answer: '0' }, RECOVERY],
  ])('%s', async (_, known, call, factor) => {
    expect(await choose(known, call)).toEqual({ chosen: factor, asked: [] });
  });
});

describe('a human is asked', () => {
  test('which of all there are, and sees what the provider calls each', async () => {
    const { asked, chosen } = await choose([OTP, PUSH, RECOVERY], { answer: '1' });
    expect(chosen).toBe(PUSH);
    expect(asked).toEqual([
      {
        message: 'Which second factor?',
        choices: [
          { value: '0', label: 'otp' },
          { value: '1', label: 'push', hint: 'Robin’s phone' },
          { value: '2', label: 'recovery-code' },
        ],
      },
    ]);
  });

  test('which of those that were meant', async () => {
    const named = await choose([OTP, PUSH, PAD], { mfa: 'push', answer: '1' });
    expect([named.chosen, offered(named.asked[0])]).toEqual([PAD, ['push', 'push']]);
    const told = await choose([OTP, PUSH, { ...OTP, id: 'o2' }], { codes: ['otp'], answer: '0' });
    expect([told.chosen, offered(told.asked[0])]).toEqual([OTP, ['otp', 'otp']]);
  });

  test('where a code is there that none of the factors takes', async () => {
    const { asked, chosen } = await choose([PUSH, SMS], { codes: ['otp'], answer: '1' });
    expect([chosen, offered(asked[0])]).toEqual([SMS, ['push', 'sms']]);
  });

  test('and an answer that is none of them is no factor', async () => {
    expect(await errorOf(() => choose([OTP, PUSH], { answer: '7' }))).toMatchObject({ code: 'auth_interaction_required' });
  });
});

describe('where nobody can be asked', () => {
  test.each<[string, readonly Authenticator[], Call]>([
    ['nobody is here', [OTP, SMS], {}],
    ['nobody may be asked', [OTP, SMS], { answer: '0', mayAsk: false }],
    ['there is only one, and no code of it', [OTP], {}],
    ['what is named are several', [PUSH, PAD], { mfa: 'push' }],
    ['one has no name of its own', [SMS], {}], // it was taken for one that had been named
  ])('and %s, the failure lists what there is', async (_, known, call) => {
    const error = await errorOf(() => choose(known, call));
    expect(error).toMatchObject({
      code: 'auth_interaction_required',
      exit: 4,
      message: 'A second factor is required.',
      hint: expect.stringContaining('--mfa'),
      oauthError: 'mfa_required',
      reason: 'mfa_required',
    });
    expect(error.choices).toHaveLength(known.length);
  });

  test('it lists each as far as it is known', async () => {
    const { choices } = await errorOf(() => choose([OTP, SMS, PUSH]));
    expect(choices).toEqual([
      { method: 'otp', id: 'o1' },
      { method: 'sms', label: 'XXX4711' },
      { method: 'push', id: 'p1', label: 'Robin’s phone' },
    ]);
  });

  test('one that the user does not have is said to be missing, also to a human', async () => {
    for (const answer of [undefined, '0'])
      expect(await errorOf(() => choose([OTP], { mfa: 'voice', ...(answer && { answer }) }))).toMatchObject({
        code: 'auth_interaction_required',
        message: expect.stringMatching(/no second factor .*voice/),
        choices: [{ method: 'otp', id: 'o1' }],
      });
  });
});

describe('a provider that takes the code with the password', () => {
  const factor = (code?: string) => ({ mfa: undefined, mayAsk: false, has: () => true, get: async () => code });

  test('gets it with the password, and with nothing else', async () => {
    await expect(withCode('totp', 'password', factor('123456'))).resolves.toEqual({ totp: '123456' });
    await expect(withCode('totp', 'refresh_token', factor('123456'))).resolves.toEqual({});
    await expect(withCode(undefined, 'password', factor('123456'))).resolves.toEqual({});
    await expect(withCode('totp', 'password', { ...factor('123456'), has: (code) => code !== 'otp' })).resolves.toEqual({});
  });

  test('gets none where there is none after all', async () => {
    expect(await errorOf(() => withCode('totp', 'password', factor()))).toMatchObject({ code: 'usage_missing_option' });
  });
});
