/** The one rule for secrets: every way to give one delivers it (hardening.md I1–I6, A11; conventions.md C17–C21). */
import { expect, test } from '@jest/globals';
import { deliver, robinAt, SECRET_WAYS } from '../cli/secret-ways.ts';
import { runCli } from '../support/cli.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();

// test/long/any-secret.test.ts delivers any text, test/long/secrets.test.ts tells what cannot be one.
test.each(SECRET_WAYS)('by %s a password signs in', async (way) => {
  const run = await deliver(idp(), way, idp().user.password);
  expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Robin Percy') });
});

test('C17, A11: a bare secret on the command line works, and warns once', async () => {
  const { code, stderr } = await runCli(['auth', '--accept-deprecated', '--password', 'pa55word'], { env: robinAt(idp()) });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^Warning: --password on the command line can be seen by every user of this machine; .*\n$/);
});
