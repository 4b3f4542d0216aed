import { describe, expect, test } from '@jest/globals';
import { programLayer } from '../../src/core/call-layers.ts';
import { providerOptions } from '../../src/core/general-options.ts';
import { Redactor } from '../../src/core/secret.ts';
import { mergeSettings } from '../../src/core/settings.ts';
import { redis } from '../../src/strategies/stores/redis.ts';
import { CANARY, errorOf, hostWith, own, registryWith, settingsOf } from './config-fixture.ts';

const PROJECT = '/home/robin/project/.padlock.yaml';

describe('precedence: program > flag > sandbox > env > project > profile > default', () => {
  const layers = ['program', 'flag', 'sandbox', 'env', 'project', 'profile'] as const;
  const settingsFrom = (present: readonly string[]) =>
    settingsOf({
      flags: present.includes('flag') ? { format: 'json', scope: ['flag'], profile: 'work' } : { profile: 'work' },
      env: present.includes('env') ? { PADLOCK_SCOPE: 'env' } : {},
      files: present.includes('project') ? { [PROJECT]: 'scope: project' } : {},
      config: `profiles: { work: { ${present.includes('profile') ? 'scope: profile' : ''} } }`,
      more: {
        ...(present.includes('sandbox') && { sandbox: { scope: ['sandbox'] } }),
        ...(present.includes('program') && { program: { scope: ['program'] } }),
      },
    });

  test.each(layers.map((_, at) => [layers.slice(at)]))('%j: the first one wins', async (present) => {
    const settings = await settingsFrom(present);
    expect(settings.get('scope')).toEqual([present[0]]);
    expect(settings.origin('scope')?.layer).toBe(present[0]);
  });

  test('and with none of them the default is in force', async () => {
    const settings = await settingsFrom([]);
    expect(settings.get('timeout')).toBe(30);
    expect(settings.origin('timeout')).toEqual({ layer: 'default', place: { name: 'the default of --timeout', kind: 'usage' } });
    expect(settings.has('scope')).toBe(false);
    expect(settings.origin('scope')).toBeUndefined();
  });

  test('each origin is named as the user knows it', async () => {
    const settings = await settingsOf({
      flags: { clientId: 'x', profile: 'work' },
      env: { PADLOCK_TIMEOUT: '5' },
      files: { [PROJECT]: 'format: json' },
      config: 'profiles: { work: { issuer: https://id.test } }',
    });
    const names = Object.fromEntries(settings.entries().map(({ key, place }) => [key, place.name]));
    expect(names).toEqual({
      profile: '--profile',
      clientId: '--client-id',
      timeout: 'PADLOCK_TIMEOUT',
      format: `format in ${PROJECT}`,
      issuer: 'profiles.work.issuer',
    });
  });
});

describe('values', () => {
  test('are read as declared, frozen, and a flag knows that it was given', async () => {
    const settings = await settingsOf({ flags: { scope: ['a b', 'c'], param: ['k=v=w'] }, env: { PADLOCK_REQUIRE_VERIFIED: 'yes' } });
    expect(settings.pick(own)).toMatchObject({ scope: ['a', 'b', 'c'], param: { k: 'v=w' }, requireVerified: true, timeout: 30 });
    expect(Object.isFrozen(settings.get('scope'))).toBe(true);
    expect(settings.given('scope')).toBe(true);
    expect(settings.given('requireVerified')).toBe(false);
  });

  test('a +scope adds to what the lower layers say, and stays as it is when they say nothing', async () => {
    const config = 'profiles: { work: { scope: [openid, email] } }\ndefault_profile: work';
    expect((await settingsOf({ flags: { scope: ['+orders', '+email'] }, config })).get('scope')).toEqual(['openid', 'email', 'orders']);
    expect((await settingsOf({ flags: { scope: ['+orders', 'a+b'] }, config })).get('scope')).toEqual(['openid', 'email', 'orders', 'a+b']);
    expect((await settingsOf({ flags: { scope: ['a+b'] }, config })).get('scope')).toEqual(['a+b']);
    expect((await settingsOf({ flags: { scope: ['+orders'] } })).get('scope')).toEqual(['+orders']);
  });

  test.each([
    ['--timeout', { flags: { timeout: CANARY } }, 'usage_bad_value'],
    ['PADLOCK_TIMEOUT', { env: { PADLOCK_TIMEOUT: '601' } }, 'usage_bad_value'],
    ['--format', { flags: { format: `${CANARY}\u0000` } }, 'usage_bad_value'],
    ['--issuer', { flags: { issuer: '\ud800' } }, 'usage_bad_value'],
    [`format in ${PROJECT}`, { files: { [PROJECT]: `format: ${CANARY}` } }, 'config_schema'],
    ['--issuer', { flags: { issuer: { x: CANARY } } }, 'usage_bad_value'],
  ])('a bad one at %s is refused by name', async (name, call, code) => {
    const error = await errorOf(() => settingsOf(call));
    expect(error.code).toBe(code);
    expect(error.message.startsWith(name)).toBe(true);
  });

  test('a flag that is given twice is a conflict', async () => {
    expect(await errorOf(() => settingsOf({ flags: { issuer: ['a', CANARY] } }))).toMatchObject({
      code: 'usage_conflict',
      message: '--issuer is given twice.',
    });
  });

  test('a program cannot set what nobody declared', async () => {
    const error = await errorOf(() => mergeSettings([programLayer(registryWith(), { clientID: CANARY })], registryWith(), new Redactor()));
    expect(error).toMatchObject({ code: 'usage_unknown_option', hint: 'Did you mean clientId?' });
  });
});

describe('a secret is for the provider that is configured beside it', () => {
  const config = `profiles: { work: { issuer: https://a.test, client_id: me, client_secret: ${CANARY} } }\ndefault_profile: work`;

  test('it is there when nothing moves the call', async () => {
    const settings = await settingsOf({ flags: { issuer: 'https://a.test' }, config });
    expect(settings.has('clientSecret')).toBe(true);
  });

  test.each([
    ['--issuer', { flags: { issuer: 'https://b.test' } }],
    ['--domain', { flags: { domain: 'b.test' } }],
    ['PADLOCK_ISSUER', { env: { PADLOCK_ISSUER: 'https://b.test' } }],
    ['issuer', { more: { sandbox: { issuer: 'https://b.test' } }, flags: { profile: 'work' } }],
  ])('the profile keeps its secret when %s names another provider', async (name, call) => {
    const settings = await settingsOf({ ...call, config });
    expect(settings.has('clientSecret')).toBe(false);
    expect(settings.get('clientId')).toBe('me');
    const error = await errorOf(() =>
      settings.values({ clientSecret: { type: 'string', summary: '', secret: true, required: true } }, 'this'),
    );
    expect(error.hint).toContain(`profiles.work.client_secret was not used, because ${name} names another provider.`);
  });

  test('so do the variables, when they name an issuer and a flag another', async () => {
    const env = { PADLOCK_ISSUER: 'https://a.test', PADLOCK_CLIENT_SECRET: CANARY };
    expect((await settingsOf({ env })).has('clientSecret')).toBe(true);
    expect((await settingsOf({ env, flags: { issuer: 'https://b.test' } })).has('clientSecret')).toBe(false);
    expect((await settingsOf({ env: { PADLOCK_CLIENT_SECRET: 's' }, flags: { issuer: 'https://b.test' } })).has('clientSecret')).toBe(true);
  });

  test('and the real --issuer says where', () => {
    expect(providerOptions.issuer.account).toBe('where');
  });
});

describe('--profile beats the variables that say where and who', () => {
  const config = 'profiles: { work: { issuer: https://a.test, client_id: me } }\ndefault_profile: work';
  const env = {
    PADLOCK_ISSUER: 'https://b.test',
    PADLOCK_CLIENT_ID: 'other',
    PADLOCK_CLIENT_SECRET: CANARY,
    PADLOCK_USERNAME: 'eve',
    PADLOCK_PASSWORD: CANARY,
    PADLOCK_REALM: 'r',
    PADLOCK_TIMEOUT: '7',
    PADLOCK_FORMAT: 'json',
  };

  test('as one unit; the others keep counting', async () => {
    const settings = await settingsOf({ flags: { profile: 'work' }, env, config });
    expect(
      settings
        .entries()
        .filter(({ layer }) => layer === 'env')
        .map(({ key }) => key),
    ).toEqual(['timeout', 'format']);
    expect(settings.get('issuer')).toBe('https://a.test');
    const error = await errorOf(() => settings.values({ password: { type: 'string', summary: '', secret: true, required: true } }, 'this'));
    expect(error.hint).toContain('PADLOCK_PASSWORD was not used, because --profile was given.');
  });

  test.each([
    ['PADLOCK_PROFILE', { PADLOCK_PROFILE: 'work' }],
    ['default_profile', {}],
  ])('%s does not', async (_, more) => {
    const settings = await settingsOf({ env: { ...env, ...more }, config });
    expect(settings.get('issuer')).toBe('https://b.test');
    expect(settings.get('profile')).toBe('work');
  });
});

describe('where sessions are kept has nothing to do with the provider', () => {
  const more = { registry: registryWith(redis) };
  const keep = 'issuer: https://a.test, redis_url: redis://from.profile, store_key: { env: KEY }';

  test('so the variables count beside --profile', async () => {
    const env = { PADLOCK_REDIS_URL: 'redis://cache.test', PADLOCK_STORE_KEY: CANARY };
    const settings = await settingsOf({ flags: { profile: 'work' }, env, config: 'profiles: { work: { issuer: https://a.test } }', more });
    expect([settings.has('redisUrl'), settings.has('storeKey')]).toEqual([true, true]);
  });

  test('so the profile’s count when the call goes to another provider', async () => {
    const settings = await settingsOf({
      flags: { profile: 'work', issuer: 'https://b.test' },
      config: `profiles: { work: { ${keep} } }`,
      more,
    });
    expect([settings.has('redisUrl'), settings.has('storeKey')]).toEqual([true, true]);
  });
});

describe('which profile', () => {
  const config = 'profiles: { work: { client_id: w }, ci: { client_id: c }, percy: { client_id: p } }\ndefault_profile: percy';
  test.each([
    ['ci', { flags: { profile: 'ci' }, env: { PADLOCK_PROFILE: 'work' } }],
    ['work', { env: { PADLOCK_PROFILE: 'work' }, files: { [PROJECT]: 'profile: ci' } }],
    ['ci', { files: { [PROJECT]: 'profile: ci' } }],
    ['percy', {}],
  ])('%s, by the usual precedence', async (name, call) => {
    const settings = await settingsOf({ ...call, config });
    expect(settings.get('profile')).toBe(name);
    expect(settings.get('clientId')).toBe(name[0]);
  });

  test.each([
    ['--profile', { flags: { profile: 'wrk' }, config }, 'Did you mean work? padlock config init NAME makes a new one.'],
    [
      'PADLOCK_PROFILE',
      { env: { PADLOCK_PROFILE: '__proto__' }, config },
      'Known: work, ci, percy. padlock config init NAME makes a new one.',
    ],
    ['default_profile', { config: 'default_profile: constructor' }, 'There are no profiles yet; padlock config init makes one.'],
    ['--profile', { flags: { profile: 'x' } }, 'There are no profiles yet; padlock config init makes one.'],
  ])('an unknown one is refused by %s', async (name, call, hint) => {
    const error = await errorOf(() => settingsOf(call));
    expect(error).toMatchObject({ code: 'config_profile_unknown', exit: 3, hint });
    expect(error.message).toContain(name);
  });

  test('the sandbox needs no profile, and takes one that is asked for', async () => {
    const more = { sandbox: { issuer: 'http://127.0.0.1:1' } };
    expect((await settingsOf({ config, more })).get('profile')).toBeUndefined();
    expect((await settingsOf({ config, more, flags: { profile: 'work' } })).get('clientId')).toBe('w');
  });
});

test('a list of the settings shows no secret and fetches none', async () => {
  let runs = 0;
  const settings = await settingsOf({
    flags: { profile: 'work' },
    config: `profiles: { work: { client_secret: { command: [op] }, password: ${CANARY} } }`,
    more: { host: hostWith({}, async () => String(++runs)) },
  });
  expect(JSON.stringify(settings.entries().map(({ key, value, place }) => [key, value, place]))).not.toContain(CANARY);
  expect(runs).toBe(0);
  expect(settings.redactor.mask(CANARY)).toBe('[redacted]');
});
