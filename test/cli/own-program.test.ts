/** A tool of one's own on Padlock's commands: its settings are its own, and what its user keeps for Padlock stays out of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { fakeProvider, tokens } from '../core/fake-provider.ts';
import { CLIENT, ISSUER, SECRET } from '../core/forge.ts';
import { homeWithWork, runHere } from './in-process.ts';

let home: string;
beforeEach(() => {
  home = homeWithWork();
});
const configure = (text: string): void => writeFileSync(join(home, '.config/padlock/config.yaml'), text, { mode: 0o600 });
const PROFILES = "default_profile: work\nprofiles:\n  work: { issuer: 'https://work.example.test', audience: of-work, client_id: work }\n";

/** `acme …`, of which only its own settings are known; what it printed, and the audience it asked for. */
async function acme(...words: readonly string[]) {
  const provider = fakeProvider({ body: tokens({ id_token: undefined, refresh_token: undefined }) });
  const preset = { issuer: ISSUER, clientId: CLIENT, clientSecret: SECRET, flow: 'client-credentials', store: 'memory' };
  const end = await runHere(words, { home, program: { name: 'acme', preset }, ports: { http: provider.http } });
  return { ...end, audience: provider.forms()[0]?.get('audience') ?? null };
}

describe('a tool of one’s own', () => {
  test('is not signed in where its user’s default profile is', async () => {
    configure(PROFILES);
    writeFileSync(join(home, 'work/.padlock.yaml'), 'audience: of-the-project\n');
    await expect(acme('token')).resolves.toMatchObject({ code: 0, stdout: 'at-canary-0123456789\n', audience: null });
  });

  test('takes from a profile that is named what it left open, and nothing else', async () => {
    configure(PROFILES);
    await expect(acme('token', '-p', 'work')).resolves.toMatchObject({ code: 0, audience: 'of-work' });
  });

  test.each(['profiles: [', 'plugins: [./gone.mjs]'])('works while its user’s Padlock is broken: %s', async (broken) => {
    configure(broken);
    await expect(acme('token')).resolves.toMatchObject({ code: 0 });
    const named = await acme('token', '-p', 'work', '--json');
    expect([named.code, JSON.parse(named.stderr)]).toMatchObject([
      broken.startsWith('plugins') ? 11 : 3,
      { error: { code: broken.startsWith('plugins') ? 'plugin_not_found' : 'config_parse' } },
    ]);
  });

  test('finds a profile that is an operand, too', async () => {
    configure(PROFILES);
    await expect(acme('logout', 'nobody')).resolves.toMatchObject({ code: 3, stderr: expect.stringContaining('config_profile_unknown') });
    await expect(acme('logout')).resolves.toMatchObject({ code: 0 });
  });
});
