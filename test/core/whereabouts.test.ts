import { describe, expect, test } from '@jest/globals';
import { builtIn } from '../../src/builtin.ts';
import { createPadlock } from '../../src/index.ts';
import { type Call, errorOf, settingsOf } from './config-fixture.ts';

const settingsWith = (call: Call) => settingsOf({ ...call, more: { registry: builtIn().registry } });
const issuerOf = async (call: Call) => (await settingsWith(call)).get('issuer');
const profile = (text: string): Pick<Call, 'config'> => ({ config: `default_profile: work\nprofiles: { work: { ${text} } }` });

describe('a preset builds the issuer of', () => {
  test.each([
    [{ provider: 'auth0', domain: 'Percy.EU.auth0.com' }, 'https://percy.eu.auth0.com/'],
    [{ provider: 'okta', domain: 'acme.okta.com' }, 'https://acme.okta.com'],
    [{ provider: 'okta', domain: 'acme.okta.com', authorizationServer: 'default' }, 'https://acme.okta.com/oauth2/default'],
    [{ provider: 'keycloak', domain: 'id.acme.test:8443', realm: 'eng' }, 'https://id.acme.test:8443/realms/eng'],
    [{ provider: 'keycloak', issuer: 'https://id.acme.test/auth', realm: 'eng' }, 'https://id.acme.test/auth/realms/eng'],
    [{ provider: 'keycloak', issuer: 'https://id.acme.test/', realm: 'eng' }, 'https://id.acme.test/realms/eng'],
    [{ provider: 'keycloak', issuer: 'https://id.acme.test/realms/eng', realm: 'eng' }, 'https://id.acme.test/realms/eng'],
    [{ provider: 'keycloak', issuer: 'https://id.acme.test/realms/eng' }, 'https://id.acme.test/realms/eng'],
    [{ provider: 'entra', tenant: 'organizations' }, 'https://login.microsoftonline.com/organizations/v2.0'],
    [{ provider: 'google' }, 'https://accounts.google.com'],
    [{ provider: 'auth0', issuer: 'https://login.acme.test/' }, 'https://login.acme.test/'],
  ])('%j', async (flags, issuer) => {
    await expect(issuerOf({ flags })).resolves.toBe(issuer);
  });

  test('and says where it comes from', async () => {
    const settings = await settingsWith(profile('provider: keycloak, domain: id.acme.test, realm: eng'));
    expect(settings.origin('issuer')).toEqual({ layer: 'preset', place: { name: 'the preset keycloak', kind: 'config' } });
    const plain = await settingsWith(profile('provider: keycloak, issuer: https://id.acme.test/realms/eng'));
    expect(plain.origin('issuer')?.place.name).toBe('profiles.work.issuer');
  });
});

test.each([
  ['auth0', '--domain is missing'],
  ['keycloak', '--domain and --realm are missing'],
  ['entra', '--tenant is missing'],
])('%s: what the issuer lacks is named, and not the issuer', async (provider, what) => {
  const padlock = createPadlock({ provider, clientId: 'x', flow: 'password', values: { username: 'robin', password: 'x' } });
  await expect(padlock.authenticate()).rejects.toMatchObject({ code: 'usage_missing_option', message: `Insufficient arguments: ${what}.` });
});

describe('the nearer place wins', () => {
  const keycloak = profile('provider: keycloak, issuer: https://id.acme.test/realms/eng');
  test.each<[string, Call, string]>([
    [
      'an issuer over the parameters below it',
      { flags: { issuer: 'https://other.test' }, ...profile('provider: auth0, domain: a.test') },
      'https://other.test',
    ],
    [
      'a parameter over the issuer below it',
      { flags: { domain: 'b.test' }, ...profile('provider: auth0, issuer: https://a.test/') },
      'https://b.test/',
    ],
    [
      'a parameter over the same one below it',
      { flags: { domain: 'b.test' }, ...profile('provider: auth0, domain: a.test') },
      'https://b.test/',
    ],
    ['a realm over the realm in the issuer below it', { flags: { realm: 'ops' }, ...keycloak }, 'https://id.acme.test/realms/ops'],
    [
      'a preset of one issuer over the issuer below it',
      { flags: { provider: 'google' }, ...profile('issuer: https://a.test') },
      'https://accounts.google.com',
    ],
    [
      'a preset without its parameters leaves the issuer',
      { flags: { provider: 'okta' }, ...profile('issuer: https://a.test') },
      'https://a.test',
    ],
  ])('%s', async (_, call, issuer) => {
    await expect(issuerOf(call)).resolves.toBe(issuer);
  });

  test.each([
    ['auth0', 'domain: a.test, issuer: https://b.test/'],
    ['google', 'issuer: https://a.test'],
    ['keycloak', 'realm: ops, issuer: https://id.acme.test/realms/eng'],
  ])('%s: two issuers in one place are a conflict', async (provider, rest) => {
    const { code, message } = await errorOf(() => settingsWith(profile(`provider: ${provider}, ${rest}`)));
    expect([code, message]).toEqual(['usage_conflict', expect.stringContaining('profiles.work.issuer')]);
  });
});

describe('a parameter that would lead elsewhere is refused', () => {
  test.each([
    ['domain', 'evil.test/x'],
    ['domain', 'user@evil.test'],
    ['domain', 'https://evil.test'],
    ['domain', 'evil.test?'],
    ['domain', '-evil.test'],
    ['realm', '..'],
    ['realm', 'a/b'],
    ['realm', 'a?b'],
    ['realm', 'a%2f'],
    ['tenant', 'a b'],
    ['authorizationServer', 'a#b'],
  ])('%s: %s', async (key, value) => {
    const error = await errorOf(() => settingsWith({ flags: { [key]: value } }));
    expect(error).toMatchObject({ code: 'usage_bad_value' });
    expect(error.message).not.toContain(value);
  });

  test('and an endpoint that is no URL to call, as in discovery', async () => {
    await expect(errorOf(() => settingsWith({ flags: { tokenEndpoint: 'http://id.test/token' } }))).resolves.toMatchObject({
      code: 'config_insecure_url',
    });
    await expect(errorOf(() => settingsWith({ flags: { jwksUri: 'file:///keys' } }))).resolves.toMatchObject({ code: 'config_bad_url' });
  });
});

describe('a secret stays with the provider that is configured beside it', () => {
  const secretOf = async (call: Call) => (await settingsWith(call)).has('clientSecret');
  const acme = profile('provider: auth0, domain: a.test, client_secret: c4n4ry-hunter2');
  test.each<[string, Call, boolean]>([
    ['no other provider is named', acme, true],
    ['the same one is named in other words', { ...acme, flags: { issuer: 'https://a.test/' } }, true],
    ['another domain is named', { ...acme, flags: { domain: 'b.test' } }, false],
    ['another preset builds another issuer', { ...acme, flags: { provider: 'okta' } }, false],
    [
      'a preset builds an issuer over a plain one',
      { ...profile('issuer: https://a.test, client_secret: c4n4ry-hunter2'), flags: { provider: 'google' } },
      false,
    ],
    [
      'a preset only knows more of it',
      { ...profile('issuer: https://a.test, client_secret: c4n4ry-hunter2'), flags: { provider: 'okta' } },
      true,
    ],
    ['one endpoint is moved', { ...acme, flags: { tokenEndpoint: 'https://evil.test/token' } }, false],
    ['a realm is a realm of the password flow, not of the server', { ...acme, flags: { realm: 'Users' } }, true],
    ['the domain was never said', { ...profile('provider: auth0, client_secret: c4n4ry-hunter2'), flags: { domain: 'b.test' } }, true],
    ['the layer between is what moved it', { ...acme, env: { PADLOCK_DOMAIN: 'b.test' } }, false],
  ])('%s', async (_, call, stays) => {
    await expect(secretOf(call)).resolves.toBe(stays);
  });

  test('and the reason names what moved it', async () => {
    const settings = await settingsWith({ ...acme, flags: { domain: 'b.test' } });
    const option = { clientSecret: { type: 'string', summary: 'client secret', secret: true, required: true } } as const;
    const { hint } = await errorOf(() => settings.values(option, 'this'));
    expect(hint).toContain('profiles.work.client_secret was not used, because --domain names another provider.');
  });
});
