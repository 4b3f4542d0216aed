/** Which configuration counts: conventions.md C23, hardening.md A24. What may be wrong with it is in test/long/configuration.test.ts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeHome, runCli } from '../support/cli.ts';
import { CONFIG } from './support.ts';

const SECRET = 'correct-horse-battery-staple-0123456789';

/** A home with these files in it. */
function homeWith(files: Readonly<Record<string, string>>): string {
  const home = makeHome();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, name), text, { mode: 0o600 });
  }
  mkdirSync(join(home, 'work'), { recursive: true });
  return home;
}

const profile = (members: string): string => `profiles:\n  work:\n    ${members}\n`;

test('A24, C23: flag, then variable, then project file, then profile, then default', async () => {
  const home = homeWith({
    [CONFIG]: profile('scope: [from-profile]\n    timeout: 7'),
    'work/.padlock.yaml': 'scope: from-project\n',
  });
  const scope = async (args: readonly string[], env: Record<string, string> = {}): Promise<unknown> => {
    const { stdout } = await runCli(['config', 'show', '--json', ...args], { home, env: { PADLOCK_PROFILE: 'work', ...env } });
    const { config } = JSON.parse(stdout) as { config: { name: string; value: unknown; from: string }[] };
    return config.find(({ name }) => name === 'scope');
  };
  const env = { PADLOCK_SCOPE: 'from-env' };
  expect(await scope(['--scope', 'from-flag'], env)).toMatchObject({ value: ['from-flag'], layer: 'flag', from: '--scope' });
  expect(await scope([], env)).toMatchObject({ value: ['from-env'], layer: 'env', from: 'PADLOCK_SCOPE' });
  expect(await scope([])).toMatchObject({ value: ['from-project'], layer: 'project' });
  writeFileSync(join(home, 'work/.padlock.yaml'), '{}\n');
  expect(await scope([])).toMatchObject({ value: ['from-profile'], layer: 'profile', from: 'profiles.work.scope' });
});

test('padlock config show --origin says where each value comes from, and shows no secret', async () => {
  const home = homeWith({ [CONFIG]: profile(`issuer: https://id.example\n    client_secret: ${SECRET}`) });
  const run = await runCli(['config', 'show', '--origin', '-p', 'work', '--timeout', '9'], {
    home,
    env: { PADLOCK_VERIFICATION_SECRET: SECRET },
  });
  expect(run.stdout).toMatch(/^issuer +https:\/\/id\.example +profiles\.work\.issuer$/m);
  expect(run.stdout).toMatch(/^client-secret +\(secret\) +profiles\.work\.client_secret$/m);
  expect(run.stdout).toMatch(/^timeout +9 +--timeout$/m);
  expect(run.stdout).toMatch(/^clock-skew +30 +the default/m);
});
