/** Each refusal through the library: its code, nothing asked twice, and nothing kept that would spoil the next sign-in. */
import { describe, expect, test } from '@jest/globals';
import { EXIT_CODES } from '../../src/core/errors.ts';
import { noHost } from '../../src/core/headless.ts';
import { createPadlock, type Padlock, type PadlockError, type PadlockOptions } from '../../src/index.ts';
import { MemoryFiles } from '../core/config-fixture.ts';
import { leaks } from '../support/canaries.ts';
import { sharedSandbox } from '../support/sandbox.ts';
import { type Refusal, takeBack } from './refusal.ts';
import { REFUSALS } from './refusal-cases.ts';

const idp = sharedSandbox();

/** Robin as a client, on a machine that keeps files: caches and pins are written as the CLI writes them. */
function robin({ variant = 'rs256' }: Refusal): PadlockOptions {
  const client = idp().client('password', variant);
  const { username, password } = idp().user;
  return {
    ...client,
    verifier: variant === 'hs256' ? 'shared-secret' : 'auto',
    values: { username, password },
    ports: { files: new MemoryFiles(), host: { ...noHost, directories: { config: '/config', cache: '/cache', state: '/state' } } },
  };
}

const refusalOf = async (padlock: Padlock): Promise<PadlockError> =>
  padlock.authenticate().then(
    () => {
      throw new Error('It signed in.');
    },
    (error: PadlockError) => error,
  );

describe('the library refuses', () => {
  test.each(REFUSALS.map((refusal) => [refusal.name, refusal] as const))('%s', async (_, refusal) => {
    const good = robin(refusal);
    const answers = refusal.answers?.(idp()) ?? [];
    for (const [endpoint, behaviour] of answers) idp().next(endpoint, behaviour);
    const { values, ...options } = good;
    const wrong = Object.fromEntries(Object.keys(refusal.options ?? {}).map((key) => [key, undefined]));
    const padlock = createPadlock({ ...options, ...wrong, values: { ...values, ...refusal.options } });

    const error = await refusalOf(padlock);
    const exit = EXIT_CODES.find(({ codes }) => codes.includes(refusal.code))?.exit;
    expect(error.toJSON()).toMatchObject({ code: refusal.code, exit, ...refusal.about });
    expect(idp().requests.at('token')).toHaveLength(refusal.tokenRequests ?? 1);
    expect(idp().requests.at('other')).toEqual([]);
    const shown = `${error.message} ${error.hint} ${JSON.stringify(error)}`;
    for (const secret of [idp().user.password, String(good.clientSecret), refusal.secret ?? '']) expect(leaks(shown, secret)).toBe(false);

    await takeBack(idp(), answers);
    // A key set that was just fetched anew is believed for 30 s by the object that did so.
    const isCooling = answers.some(([endpoint]) => endpoint === 'jwks');
    if (refusal.options === undefined && !isCooling)
      await expect(padlock.authenticate()).resolves.toMatchObject({ user: { name: 'Robin Percy' } });
    await expect(createPadlock(good).authenticate()).resolves.toMatchObject({ user: { name: 'Robin Percy' } });
  });
});
