/** Each refusal through the packed CLI: its exit code, one error document, nothing on stdout, nothing asked twice. */
import { describe, expect, test } from '@jest/globals';
import { EXIT_CODES } from '../../src/core/errors.ts';
import { valid } from '../integration/documents.ts';
import { type Refusal, takeBack } from '../integration/refusal.ts';
import { REFUSALS } from '../integration/refusal-cases.ts';
import { makeHome, runCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();

function robin({ variant = 'rs256' }: Refusal, options: Refusal['options'] = {}): Record<string, string> {
  const verifier = variant === 'hs256' ? 'shared-secret' : 'auto';
  const { username, password } = idp().user;
  const more = Object.entries({ username, password, verifier, ...options }).map(([key, value]) => [key, String(value)]);
  return envOf({ ...idp().client('password', variant), ...Object.fromEntries(more) });
}

describe('the CLI refuses', () => {
  test.each(REFUSALS.map((refusal) => [refusal.name, refusal] as const))('%s', async (_, refusal) => {
    const home = makeHome();
    const answers = refusal.answers?.(idp()) ?? [];
    for (const [endpoint, behaviour] of answers) idp().next(endpoint, behaviour);

    const { code, stdout, stderr } = await runCli(['auth', '--json'], {
      home,
      env: robin(refusal, refusal.options),
      ...(refusal.secret !== undefined && { secrets: [refusal.secret] }),
    });
    const { error } = valid<{ readonly error: object }>('error', JSON.parse(stderr));
    const exit = EXIT_CODES.find(({ codes }) => codes.includes(refusal.code))?.exit;
    expect({ code, stdout, error }).toMatchObject({ code: exit, stdout: '', error: { code: refusal.code, exit, ...refusal.about } });
    expect(idp().requests.at('token')).toHaveLength(refusal.tokenRequests ?? 1);
    expect(idp().requests.at('other')).toEqual([]);

    await takeBack(idp(), answers);
    // What is kept between two runs is discovery, keys and pins; test/integration/refusals.test.ts asks after every refusal.
    const isKept = answers.some(([endpoint, { idToken }]) => endpoint !== 'token' || idToken?.header?.alg !== undefined);
    if (isKept) await expect(runCli(['auth'], { home, env: robin(refusal) })).resolves.toMatchObject({ code: 0 });
  });

  test('in words for a human, as well', async () => {
    const refused = await runCli(['auth'], { env: robin({ name: '', code: 'auth_invalid_grant' }, { password: 'wrong-pa55word' }) });
    expect(refused).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/^Error: Incorrect username or password\. \[auth_invalid_grant\]$/m),
    });
  });
});
