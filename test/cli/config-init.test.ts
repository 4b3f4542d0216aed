/** `padlock config init` with a provider that Padlock knows: what its issuer is built of is asked for, and kept. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { strategies } from '../../src/strategies/index.ts';
import { certificate } from '../support/certificate.ts';
import { makeHome, runCli, runCliTty } from '../support/cli.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const server = certificate({ names: ['127.0.0.1'] });
const idp = sharedSandbox({ tls: server });

/** A home whose user trusts the provider. */
function home(): string {
  const folder = makeHome();
  writeFileSync(join(folder, 'ca.pem'), server.cert);
  return folder;
}
const profileIn = (folder: string): string => readFileSync(join(folder, '.config/padlock/config.yaml'), 'utf8');
const DOWN = '\u001b[B';
/** The keys that choose a provider: the first choice is somebody else. */
const choose = (name: string): string => {
  const names = strategies.flatMap((strategy) => (strategy.kind === 'provider' ? [strategy.name] : []));
  return `${DOWN.repeat(names.indexOf(name) + 1)}\r`;
};

describe('config init, of a provider that Padlock knows', () => {
  test('asks for each of its parameters, again where nothing answers, and for no issuer', async () => {
    const folder = home();
    const { user } = idp();
    const { host } = new URL(idp().issuer);
    const { code, screen } = await runCliTty(['config', 'init', 'work', '--flow', 'password', '--ca-file', join(folder, 'ca.pem')], {
      home: folder,
      type: [
        { when: /Who is the provider/, send: choose('okta') },
        { when: /The provider's host name/, send: 'not a host\r' },
        { when: /Authorization server/, send: '\r' },
        { when: /must be a host name[\s\S]*The provider's host name/, send: `${host}\r` },
        { when: /Authorization server/, send: 'nowhere\r' },
        { when: /no discovery\s+document[\s\S]*The provider's host name/, send: `${host}\r` },
        { when: /Authorization server/, send: '\r' },
        { when: /Found[\s\S]*Client ID/, send: 'padlock-public\r' },
        { when: /have a secret/, send: '\r' },
        { when: /Username/, send: `${user.username}\r` },
        { when: /Password/, send: `${user.password}\r`, secret: true },
      ],
    });
    expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('Wrote profile work') });
    expect(screen).not.toContain('\\u{a}'); // a hint has a line of its own
    expect(profileIn(folder)).toMatch(/provider: okta\n/);
    expect(profileIn(folder)).toContain(`domain: "${host}"`);
    expect(profileIn(folder)).not.toMatch(/issuer|authorization_server/);
    await expect(runCli(['whoami'], { home: folder })).resolves.toMatchObject({ code: 0, stdout: expect.stringContaining('Robin Percy') });
  });

  test('that was named asks for nothing else; a server of its own, only for what its issuer lacks', async () => {
    const folder = home();
    const { code, screen } = await runCliTty(
      ['config', 'init', 'own', '--provider', 'keycloak', '--issuer', `${idp().issuer}/auth`, '--ca-file', join(folder, 'ca.pem')],
      {
        home: folder,
        type: [
          { when: /Realm/, send: 'eng\r' },
          { when: /\/auth\/realms\/eng[\s\S]*Realm/, send: '\u0003' },
        ],
      },
    );
    expect([code, screen]).toEqual([130, expect.not.stringMatching(/Who is the provider|host name/)]);
  });

  test('without a terminal keeps the parameters, whatever the flow', async () => {
    const folder = home();
    mkdirSync(join(folder, '.config/padlock'), { recursive: true, mode: 0o700 });
    const words = ['config', 'init', 'kc', '--provider', 'keycloak', '--domain', 'id.acme.test', '--realm', 'eng', '--client-id', 'cli'];
    await expect(runCli([...words, '--flow', 'device-code'], { home: folder })).resolves.toMatchObject({ code: 0 });
    expect(profileIn(folder)).toMatch(/realm: eng/);
    const { stdout } = await runCli(['config', 'show', '--json'], { home: folder });
    expect(JSON.parse(stdout).config).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'issuer', value: 'https://id.acme.test/realms/eng' })]),
    );
  });
});
