/** A15–A25: files of configuration. */
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { canary } from '../network/good.ts';
import type { Provocation, Row } from '../row.ts';

const FILE = '.config/padlock/config.yaml';
const SECRET = canary('configured');
const profile = (members: string): string => `profiles:\n  work:\n    ${members}\n`;

/** Ten aliases of ten aliases of …: a billion texts. */
const BOMB = Array.from(
  { length: 9 },
  (_, at) =>
    `k${at}: &k${at} [${Array(10)
      .fill(at === 0 ? 'x' : `*k${at - 1}`)
      .join(', ')}]\n`,
).join('');

/** A sign-in with a file that must be refused. The secret in it is in no output, whatever is said about the place. */
const refused = (
  id: string,
  what: string,
  text: string,
  code: Row['code'],
  message: RegExp,
  more: Partial<Provocation> & Pick<Row, 'check'> = {},
): Row => {
  const { check, ...run } = more;
  return {
    id,
    what,
    run: { args: ['auth', '-p', 'work'], files: { [FILE]: text }, ...run },
    exit: 3,
    ...(code && { code }),
    secrets: [SECRET],
    check: (outcome, world) => {
      expect(outcome.error?.message).toMatch(message);
      return check?.(outcome, world);
    },
  };
};

const badIssuer = (id: string, issuer: string, code: Row['code']): Row => ({
  id,
  what: `the issuer ${issuer}`,
  answers: {},
  run: { args: ['auth'], env: { PADLOCK_ISSUER: issuer } },
  exit: 3,
  ...(code && { code }),
  check: (_, { idp }) => expect(idp.requests).toEqual([]),
});

/** Which layer wins, asked of the program itself. */
const precedence = (id: string, layers: readonly ('flag' | 'env' | 'project' | 'profile')[], wins: string, from: RegExp): Row => ({
  id,
  what: `of ${layers.join(', ') || 'nothing'} ${wins} wins`,
  run: {
    args: ['config', 'show', '-p', 'work', ...(layers.includes('flag') ? ['--scope', 'from-flag'] : [])],
    env: layers.includes('env') ? { PADLOCK_SCOPE: 'from-env' } : {},
    files: {
      [FILE]: profile(layers.includes('profile') ? 'scope: [from-profile]' : 'flow: password'),
      'work/.padlock.yaml': layers.includes('project') ? 'scope: from-project\n' : '{}\n',
    },
  },
  exit: 0,
  check: ({ json }) => {
    const { config } = json() as { config: readonly { name: string; value: unknown; layer: string; from: string }[] };
    const scope = config.find(({ name }) => name === 'scope');
    if (wins === 'default') return expect(scope?.layer ?? 'default').toBe('default');
    expect(scope).toMatchObject({ value: [`from-${wins}`], layer: wins, from: expect.stringMatching(from) });
  },
});

/** A key file that cannot be used, with what the client would prove itself by. */
const badKey = (id: string, what: string, content: string | undefined, args: readonly string[] = []): Row => ({
  id,
  what,
  answers: { discovery: { members: { token_endpoint_auth_methods_supported: ['private_key_jwt'] } } },
  run: ({ home }) => ({
    args: ['auth', '--client-auth', 'private-key-jwt', '--private-key-file', join(home, 'key.pem'), ...args],
    env: { PADLOCK_CLIENT_SECRET: undefined },
    files: content === undefined ? {} : { 'key.pem': content },
  }),
  exit: 3,
  code: 'config_bad_key',
  secrets: content === undefined ? [] : [content.split('\n')[1] ?? content],
  check: (_, { idp }) => expect(idp.at('token')).toEqual([]),
});

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const KEY_FILES: readonly Row[] = [
  badKey('A23a', 'a key file that is not there', undefined),
  badKey('A23b', 'a key file that is no key', `${canary('no-key')}\n`),
  badKey('A23c', 'a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString()),
  badKey('A23d', 'a key that is torn', pem.replace(/.{20}\n-----END/, '\n-----END')),
  badKey(
    'A23e',
    'a key with a passphrase',
    privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
  ),
  badKey('A23f', 'a key for ES256 that has to sign RS256', pem, ['--client-assertion-alg', 'RS256']),
  badKey('A23g', 'a JWK that is public', JSON.stringify(publicKey.export({ format: 'jwk' }))),
  badKey('A23h', 'a JWK that does not parse', `{"kty":"EC","d":"${canary('jwk')}"`),
];

export const CONFIGURATION: readonly Row[] = [
  {
    id: 'A15a',
    what: 'a file that was named and is not there',
    run: { args: ['auth', '--config', 'nosuch.yaml'] },
    exit: 3,
    code: 'config_not_found',
  },
  {
    id: 'A15b',
    what: 'a file that PADLOCK_CONFIG names and that is not there',
    run: { args: ['auth'], env: { PADLOCK_CONFIG: 'nosuch.yaml' } },
    exit: 3,
    code: 'config_not_found',
  },
  {
    id: 'A15c',
    what: 'no file at the usual place, and no such place',
    answers: {},
    run: { args: ['auth'], env: { XDG_CONFIG_HOME: '/nonexistent/config' } },
    exit: 0,
  },
  refused('A16a', 'YAML that does not parse', `profiles:\n  work: { issuer: ${SECRET}\n  x: [`, 'config_parse', /line \d+, column \d+/),
  refused('A16b', 'JSON that does not parse', '', 'config_parse', /line \d+, column \d+/, {
    files: { '.config/padlock/config.json': `{ "profiles": { "work": { "password": "${SECRET}", ` },
  }),
  refused('A16c', 'JSON with a member twice', '', 'config_parse', /./, {
    files: { '.config/padlock/config.json': `{ "profiles": {}, "profiles": { "work": { "password": "${SECRET}" } } }` },
  }),
  refused('A16d', 'bytes that are no text', '', 'config_parse', /./, {
    files: { [FILE]: Buffer.concat([Buffer.from(profile(`password: ${SECRET}`)), Buffer.from([0xff, 0xfe, 0x00])]) },
  }),
  refused('A16e', 'a key twice', profile(`issuer: https://a.example\n    issuer: ${SECRET}`), 'config_parse', /line 4/),
  refused('A17a', 'a list in place of the mapping', `- ${SECRET}\n`, 'config_schema', /must be a mapping/),
  refused('A17b', 'an unknown key', `profile: ${SECRET}\n`, 'config_schema', /There is no key profile\./),
  refused('A17c', 'an unknown key of a profile', profile(`isuer: ${SECRET}`), 'config_schema', /profiles\.work\.isuer/, {
    check: ({ error }) => expect(error?.hint).toBe('Did you mean issuer?'),
  }),
  refused('A17d', 'a wrong type', profile('timeout: soon'), 'config_schema', /profiles\.work\.timeout must be a number/),
  refused('A17e', 'a source that does not exist', profile('password: { vault: x }'), 'config_schema', /profiles\.work\.password\.vault/),
  refused(
    'A17f',
    'a key named __proto__',
    'profiles: { work: { __proto__: { issuer: x } } }\n',
    'config_schema',
    /profiles\.work\.__proto__/,
  ),
  refused('A18a', 'a secret that others can read', profile(`password: ${SECRET}`), 'config_insecure_permissions', /./, {
    modes: { [FILE]: 0o644 },
    check: ({ error }, { home }) => expect(error?.hint).toContain(`chmod 600 ${join(home, FILE)}`),
  }),
  refused('A18b', 'a secret that the group can read', profile(`client_secret: ${SECRET}`), 'config_insecure_permissions', /./, {
    modes: { [FILE]: 0o640 },
  }),
  refused('A18c', 'a file that anyone can write', profile('flow: password'), 'config_insecure_permissions', /./, {
    modes: { [FILE]: 0o666 },
  }),
  badIssuer('A19a', 'http://id.example', 'config_insecure_url'),
  badIssuer('A19b', 'http://127.0.0.1.example', 'config_insecure_url'),
  badIssuer('A19c', 'http://10.0.0.1', 'config_insecure_url'),
  badIssuer('A20a', 'https://robin:pw@id.example', 'config_bad_url'),
  badIssuer('A20b', 'https://id.example/#x', 'config_bad_url'),
  badIssuer('A20c', 'https://id.example/?x', 'config_bad_url'),
  badIssuer('A20d', 'https://id.example/a b', 'config_bad_url'),
  badIssuer('A20e', 'ftp://id.example', 'config_bad_url'),
  badIssuer('A20f', 'javascript:alert(1)', 'config_bad_url'),
  badIssuer('A20g', 'https://id.example/\u202e', 'config_bad_url'),
  {
    id: 'A20h',
    what: 'a look-alike is shown in punycode',
    answers: {},
    run: { args: ['auth'], env: { PADLOCK_ISSUER: 'https://аpple.invalid' } },
    hosts: ['xn--pple-43d.invalid'],
    exit: 6,
    code: 'net_dns',
    check: ({ error }) => expect(error?.message).toContain('xn--pple-43d.invalid'),
  },
  {
    ...refused('A21a', 'an unknown profile', profile('flow: password'), 'config_profile_unknown', /./),
    run: { args: ['auth', '-p', 'wrok'], files: { [FILE]: profile('flow: password') } },
  },
  refused('A21b', 'a default profile that does not exist', 'default_profile: nosuch\n', 'config_profile_unknown', /./, { args: ['auth'] }),
  {
    id: 'A22',
    what: 'a client secret of 31 bytes with a verifier of HS256',
    answers: {},
    run: {
      args: ['auth', '--verifier', 'shared-secret', '--id-token-signed-response-alg', 'HS256'],
      env: { PADLOCK_CLIENT_SECRET: 'k7Rw2-pVx9Qe_Lm4Zt8Yb1Nc6Hd3Jf5' },
    },
    secrets: ['k7Rw2-pVx9Qe_Lm4Zt8Yb1Nc6Hd3Jf5'],
    exit: 3,
    code: 'config_weak_secret',
    check: (_, { idp }) => expect(idp.at('token')).toEqual([]),
  },
  ...KEY_FILES,
  precedence('A24a', ['flag', 'env', 'project', 'profile'], 'flag', /^--scope$/),
  precedence('A24b', ['env', 'project', 'profile'], 'env', /^PADLOCK_SCOPE$/),
  precedence('A24c', ['project', 'profile'], 'project', /\.padlock\.yaml/),
  precedence('A24d', ['profile'], 'profile', /^profiles\.work\.scope$/),
  precedence('A24e', [], 'default', /./),
  { ...refused('A25a', 'an alias bomb', BOMB, 'config_parse', /./), within: 4 },
  refused('A25b', 'a tag of its own', 'profiles: !!js/function "x"\n', 'config_parse', /./),
  refused('A25c', 'a custom tag on a value', profile(`issuer: !secret ${SECRET}`), 'config_parse', /./),
];
