/** What goes where: conventions.md C1–C5. How it looks there, and what goes away, is in test/long/streams.test.ts. */
import { describe, expect, test } from '@jest/globals';
import { runCli, runCliTty } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const robin = (): Record<string, string> => ({
  ...envOf(idp().client('password')),
  PADLOCK_FLOW: 'password',
  PADLOCK_USERNAME: idp().user.username,
  PADLOCK_PASSWORD: idp().user.password,
});

describe('C1: the answer is on stdout and everything else on stderr', () => {
  test('for people', async () => {
    const { stderr, stdout } = await runCli(['auth'], { env: robin() });
    expect(stdout).toMatch(
      /^Robin Percy\n\nEmail Address {5}Nickname {2}ID\n[- ]+\nrobin@percy\.test {2}robin {5}percy\|59f2c1a7b0d34e6f\n$/,
    );
    expect(stderr).toMatch(/^Warning: [^\n]*\n$/);
  });

  test.each(['json', 'yaml'])('for programs, where stderr is silent and warnings are in the document: %s', async (format) => {
    const { stderr, stdout } = await runCli(['auth', '-o', format], { env: robin() });
    expect(stderr).toBe('');
    expect(stdout).toContain('deprecated_flow');
  });

  test('C4: a token alone, with one line end', async () => {
    const { stdout } = await runCli(['token', '-q'], { env: robin() });
    expect(stdout).toMatch(/^[\w.-]+\n$/);
  });

  test('C2: a pipe does not change the format', async () => {
    const piped = await runCli(['auth', '-q'], { env: robin() });
    const { screen } = await runCliTty(['auth', '-q', '--no-color'], { env: robin() });
    expect(screen.replaceAll('\r', '').replaceAll('─', '-')).toBe(piped.stdout);
  });

  test('C5: --quiet silences warnings and not errors', async () => {
    expect((await runCli(['auth', '-q'], { env: robin() })).stderr).toBe('');
    const wrong = await runCli(['auth', '-q'], { env: { ...robin(), PADLOCK_PASSWORD: 'wrong-pa55word' } });
    expect(wrong).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(
        /^Error: Incorrect username or password\. \[auth_invalid_grant\]\nHint: The provider refused: [^\n]*\n$/,
      ),
    });
  });
});
