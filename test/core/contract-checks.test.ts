import { describe, expect, test } from '@jest/globals';
import type { CheckReport } from '../../src/core/claims.ts';
import { recordFaults } from '../../src/core/contract/record.ts';
import { checkStrategy } from '../../src/core/contract-checks.ts';
import type {
  ClientAuth,
  Formatter,
  Grant,
  GrantHost,
  ProviderPreset,
  Source,
  Strategy,
  Values,
  Verifier,
} from '../../src/core/contracts.ts';

async function reports(strategy: unknown): Promise<readonly CheckReport[]> {
  const all: CheckReport[] = [];
  for await (const report of checkStrategy(strategy as Strategy)) all.push(report);
  return all;
}
const failures = async (strategy: unknown): Promise<readonly string[]> =>
  (await reports(strategy)).filter(({ verdict }) => verdict === 'fail').map(({ name, detail }) => `${name}: ${detail}`);

const smsPin: Grant = {
  kind: 'grant',
  name: 'sms-pin',
  summary: 'sign in with a PIN sent by SMS',
  interactive: true,
  options: {
    username: { type: 'string', summary: 'who signs in', required: true, identity: true },
    pin: { type: 'string', summary: 'the PIN', required: true, secret: true, prompt: 'PIN from the SMS' },
  },
  async acquire({ username, pin }: Values, host) {
    if (!/^\d{6}$/.test(pin)) host.fail('usage_bad_value', { message: 'A PIN has six digits.' });
    return host.exchange('urn:acme:grant:sms-pin', { username, pin });
  },
};
const post: ClientAuth = {
  kind: 'client-auth',
  name: 'post',
  summary: 'a secret in the body',
  method: 'client_secret_post',
  options: { clientSecret: { type: 'string', summary: 'client secret', secret: true } },
  applies: ({ clientSecret }: Values) => clientSecret !== undefined || { no: 'there is none' },
  authenticate({ clientSecret }: Values, { form, provider }) {
    form.set('client_id', provider.clientId);
    form.set('client_secret', clientSecret);
  },
};
const trusting: Verifier = {
  kind: 'verifier',
  name: 'trusting',
  summary: 'believes everybody',
  algorithms: ['RS256'],
  keySet: true,
  verify: async (token) => ({
    payload: JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
    alg: 'RS256',
    kid: null,
  }),
};
const shout: Formatter = {
  kind: 'formatter',
  name: 'shout',
  summary: 'loud',
  format: ({ title }) => JSON.stringify(title ?? '').replaceAll(/[^ -~]/g, '?'),
};
const vault: Source = {
  kind: 'source',
  name: 'vault',
  summary: 'a vault',
  async read(argument, host) {
    if (typeof argument !== 'string') return host.fail('config_schema');
    return host.env(argument) ?? host.fail('config_missing_credential');
  },
};

const acme: ProviderPreset = {
  kind: 'provider',
  name: 'acme',
  summary: 'Acme',
  options: { tenant: { type: 'string', summary: 'the tenant', form: 'segment' }, region: { type: 'string', summary: 'where' } },
  issuers: ['https://id.acme.example/{tenant}', 'https://id.acme.example', '{issuer}/oauth'],
  spellings: { 'https://id.acme.example': 'id.acme.example', 'https://id.acme.example/common': 'https://id.acme.example/{tenantid}/v2' },
  explain: ({ error }) => (error === 'mfa_required' ? { reason: 'mfa_required', hint: 'Ask the administrator.' } : undefined),
};

describe('the contract checks', () => {
  test.each([smsPin, post, shout, vault, acme])('pass a good $kind', async (strategy) => {
    const all = await reports(strategy);
    expect(all.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(all.length).toBeGreaterThan(3);
  });

  test('find values a grant accepts', async () => {
    expect((await reports(smsPin)).map(({ verdict }) => verdict)).toEqual(Array(7).fill('pass'));
  });

  test('skip, with the reason, what a strategy lets nobody try', async () => {
    const picky: Grant = { ...smsPin, acquire: async (_, host) => host.fail('usage_bad_value', { message: 'Only on Mondays.' }) };
    const [, returns] = await reports(picky);
    expect(returns).toEqual({
      name: 'returns what the token endpoint answered, whole',
      verdict: 'skipped',
      detail: 'it wants other values: usage_bad_value (Only on Mondays.)',
    });
  });

  test('give every option that needs one a value of its type', async () => {
    const got: unknown[] = [];
    const options = {
      count: { type: 'number', summary: 'a number', required: true, minimum: 5 },
      names: { type: 'list', summary: 'a list', required: true },
      pairs: { type: 'map', summary: 'a map', required: true },
      way: { type: 'string', summary: 'a choice', choices: ['b', 'c'] },
      port: { type: 'number', summary: 'a number', default: 80 },
      loud: { type: 'boolean', summary: 'a switch', required: true },
      rest: { type: 'list', summary: 'a list' },
    } as const;
    const grant: Grant = {
      kind: 'grant',
      name: 'x',
      summary: 'x',
      options,
      acquire(values, host) {
        got.push(values);
        return host.exchange('x', {});
      },
    };
    expect(await failures(grant)).toEqual([]);
    expect(await failures({ ...grant, hosts: () => ['sms.example', '[::1]'], applies: () => ({ no: 'not here' }) })).toEqual([]);
    expect(got[0]).toEqual({ count: 5, names: ['sample-value'], pairs: { key: 'sample-value' }, way: 'b', port: 80, loud: true });
  });

  test('do not wait for ever', async () => {
    const { kind, name, summary } = vault;
    const hanging = { kind, name, summary, read: () => new Promise<string>(() => {}) };
    const verdicts = [];
    for await (const { verdict, detail } of checkStrategy(hanging, { patience: 20 })) verdicts.push(`${verdict} ${detail}`);
    expect(verdicts).toEqual(['pass ', ...Array(4).fill('fail it did not end within 0.02 seconds')]);
  });

  test('stop at a strategy that is none', async () => {
    expect(await reports(null)).toEqual([
      { name: 'is a record that can be registered and built', verdict: 'fail', detail: 'it must be an object' },
    ]);
  });

  test('see through a strategy that is loaded when it is chosen', async () => {
    const { kind, name, summary } = vault;
    expect(await failures({ kind, name, summary, load: async () => ({ read: vault.read }) })).toEqual([]);
    expect(await failures({ kind, name, summary, load: async () => ({}) })).toEqual([expect.stringContaining('read must be a function')]);
    expect(await failures({ kind, name, summary, load: async () => Promise.reject(new Error('gone')) })).toEqual([
      expect.stringContaining('Error: gone'),
    ]);
  });

  const refused = (host: GrantHost) => host.exchange('x', {}).catch(() => ({ access_token: 'a', token_type: 'Bearer' }));
  test.each<[string, Partial<Grant>]>([
    [
      'answered, whole: its answer lacks expires_in',
      { acquire: async (_, host) => ({ access_token: (await host.exchange('x', {})).access_token, token_type: 'Bearer' }) },
    ],
    ['answered, whole: it returned nothing', { acquire: async (_, host) => void (await host.exchange('x', {})) as never }],
    [
      'answered, whole: it ended in TypeError',
      { acquire: async (values, host) => Object.assign(values, { pin: '' }) && host.exchange('x', {}) },
    ],
    [
      'answered, whole: it ended in TypeError',
      { acquire: async (_, host) => Object.assign(await host.exchange('x', {}), { scope: 'all' }) },
    ],
    ["texts: the form's pin is not a text", { acquire: async (_, host) => host.exchange('x', { pin: 1 as never }) }],
    ['texts: it says that its grant type', { grantType: 'y' }],
    ['with its code: it returned something after a refusal', { acquire: async (_, host) => refused(host) }],
    ['is cancelled: it went on', { acquire: async (_, host) => refused(host) }],
    [
      'with its code: client_unauthorized became plugin_crashed',
      { acquire: (_, host) => host.exchange('x', {}).catch(() => host.fail('plugin_crashed')) },
    ],
    [
      'keeps secrets',
      {
        acquire: ({ pin }: Values, host) =>
          host.exchange('x', { pin }).catch(() => host.fail('client_unauthorized', { message: `PIN ${pin}` })),
      },
    ],
    ['keeps secrets', { acquire: async ({ pin }: Values, host) => [host.show(`Sending ${pin}`), host.exchange('x', { pin })][1] as never }],
    ['answered, whole: it returned nothing', { acquire: async (_, host) => (await host.exchange('x', {})) && (null as never) }],
    ['texts: exchange needs a grant type', { acquire: async (_, host) => host.exchange('', {}) }],
    ['texts: exchange needs a grant type', { acquire: async (_, host) => host.exchange(5 as never, {}) }],
    ['texts: exchange needs a form', { acquire: async (_, host) => host.exchange('x', null as never) }],
    ['texts: exchange needs a form', { acquire: async (_, host) => host.exchange('x', 'y' as never) }],
    ["texts: the form's scope is not a text", { acquire: async (_, host) => host.exchange('x', { scope: ['a', 1 as never] }) }],
    [
      'is cancelled: it went on, or hid',
      { acquire: (_, host) => host.exchange('x', {}).catch(() => host.fail('client_unauthorized', { message: 'Refused.' })) },
    ],
    ['names hosts as hosts', { hosts: () => ['https://sms.example/'] }],
    ['names hosts as hosts', { hosts: () => ['sms.example', 'robin@sms.example'] }],
    ['names hosts as hosts', { hosts: () => ['sms.example/path'] }],
    ['names hosts as hosts', { hosts: () => ['an sms.example'] }],
    ['names hosts as hosts', { hosts: () => [5] as never }],
    ['names hosts as hosts', { hosts: () => 'sms.example' as never }],
    ['says whether it applies', { applies: () => false as never }],
    ['says whether it applies', { applies: () => ({ no: 5 }) as never }],
    ['says whether it applies', { applies: () => ({}) as never }],
  ])('find the fault in a grant: %s', async (fault, part) => {
    expect((await failures({ ...smsPin, ...part })).join('\n')).toContain(fault);
  });

  test.each<[string, ClientAuth['authenticate']]>([
    [
      'two proofs',
      (values: Values, request) => [post.authenticate(values, request), request.headers.set('authorization', 'Basic eDp5')] as never,
    ],
    ['does not say which client', () => {}],
    [
      'a member of the form is gone',
      (values: Values, request) => [request.form.delete('scope'), post.authenticate(values, request)] as never,
    ],
    [
      'a member of the form is gone',
      (values: Values, request) => [request.form.append('resource', 'x'), post.authenticate(values, request)] as never,
    ],
    [
      'the header accept was changed',
      (values: Values, request) => [request.headers.set('accept', '*/*'), post.authenticate(values, request)] as never,
    ],
    [
      'ASCII value',
      (values: Values, request) => [request.headers.set('x-secret', values.clientSecret), post.authenticate(values, request)] as never,
    ],
    [
      'the secret arrives changed',
      ({ clientSecret }: Values, { form, provider }) =>
        [form.set('client_id', provider.clientId), form.set('client_secret', encodeURIComponent(clientSecret))] as never,
    ],
    ['client id or secret arrive changed', (_: Values, { headers }) => headers.set('authorization', 'Basic eDp5') as never],
    [
      'client_id is not',
      ({ clientSecret }: Values, { form }) => [form.set('client_id', 'x'), form.set('client_secret', clientSecret)] as never,
    ],
    ['it ended in TypeError', (values: Values) => Object.assign(values, { clientSecret: '' }) as never],
  ])('find the fault in a client authentication: %s', async (fault, authenticate) => {
    expect((await failures({ ...post, authenticate })).join('\n')).toContain(fault);
  });

  test('find every fault in a verifier that believes everybody', async () => {
    expect((await failures(trusting)).map((line) => line.split(':')[0])).toEqual([
      'refuses what is no token',
      'refuses a token without a signature',
      'refuses a forged signature',
      'refuses an algorithm that was not expected',
      'refuses a payload or a header that was changed',
    ]);
  });

  test('find a verifier that refuses everything, or with a code of its own', async () => {
    const refuses = (code: string): Verifier => ({ ...trusting, verify: async (_token, _values, host) => host.fail(code) });
    expect(await failures(refuses('token_signature'))).toEqual([expect.stringContaining('a good RS256 token ended in token_signature')]);
    expect((await failures(refuses('auth_expired')))[0]).toContain('was refused with auth_expired; use a token_ code');
    expect((await failures({ ...trusting, verify: async () => Promise.reject(new Error('no')) }))[0]).toContain(
      'ended in Error: no; fail with host.fail',
    );
  });

  test.each<[string, Partial<Formatter>]>([
    ['U+001b is in the output', { format: ({ title = '' }) => title }],
    ['U+009b is in the output', { format: ({ title = '' }) => JSON.stringify(title) }],
    ['printed differently', { format: () => String(Math.random()) }],
    ['did not become a text', { format: () => undefined as never }],
    ['ends in a newline', { format: () => 'x\n' }],
    ['ended in TypeError', { format: ({ rows }) => String((rows as unknown[]).push({})) }],
    ['reads back as something else', { machine: true, format: ({ document }) => JSON.stringify(document.schema) }],
  ])('find the fault in a formatter: %s', async (fault, part) => {
    expect((await failures({ ...shout, ...part })).join('\n')).toContain(fault);
  });

  test.each<[string, Partial<ProviderPreset>]>([
    ['{issuer} can only be what it starts from', { issuers: ['https://id.acme.example/{issuer}'] }],
    ['{issuer} can only be what it starts from', { issuers: ['{issuer}{tenant}'] }],
    ['there is no option realm with a form', { issuers: ['https://id.acme.example/{realm}'] }],
    ['there is no option region with a form', { issuers: ['https://id.acme.example/{region}'] }],
    ['there is no option constructor with a form', { issuers: ['https://id.acme.example/{constructor}'] }],
    ['http://id.acme.example/sample: ', { issuers: ['http://id.acme.example/{tenant}'].map((one) => one.replace('{tenant}', 'sample')) }],
    ['region takes "evil.example/"', { issuers: ['https://{region}'] }],
    [
      'evil.example/{tenantid} is another host than https://id.acme.example',
      { spellings: { 'https://id.acme.example': 'evil.example/{tenantid}' } },
    ],
    ['leaves open more than a tenant', { spellings: { 'https://id.acme.example': 'https://id.acme.example/{region}/' } }],
    ['leaves open more than a tenant', { spellings: { 'https://id.acme.example': 'https://id.acme.example/*' } }],
    ['explaining TypeError', { explain: ({ body }) => ({ hint: (body.missing as unknown as string).trim() }) }],
    ['explaining TypeError', { explain: (refusal) => Object.assign(refusal, { error: 'x' }) as never }],
    ['there is no reason toString', { explain: () => ({ reason: 'toString' as never }) }],
    ['there is no reason 5', { explain: () => ({ reason: 5 as never }) }],
    ['a hint is not a plain text', { explain: () => ({ hint: '' }) }],
    ['a hint is not a plain text', { explain: () => ({ hint: 5 as never }) }],
    ['a hint is not a plain text', { explain: ({ body }) => ({ hint: String(body.error_description) }) }],
    ['a hint is not a plain text', { explain: ({ body }) => ({ hint: String((body.error_codes as readonly unknown[])[2]) }) }],
    ['a hint is not a plain text', { explain: ({ error }) => ({ hint: error ?? 'x' }) }],
    ['a hint repeats what the server said', { explain: ({ body }) => ({ hint: `Use ${String(body.mfa_token)}.` }) }],
    [
      'a hint repeats what the server said',
      { explain: ({ body, form }) => (form.grant_type === 'refresh_token' ? { hint: String(body.mfa_token) } : undefined) },
    ],
    [
      'explaining Error: both',
      {
        explain: ({ body, error }) => {
          if (body.error !== error) return undefined;
          if (error === undefined && 'error' in body) return undefined;
          throw new Error('both');
        },
      },
    ],
    [
      'explaining Error: back',
      {
        explain: ({ form }) => {
          if (form.redirect_uri?.startsWith('http://127.0.0.1') !== true) return undefined;
          throw new Error('back');
        },
      },
    ],
  ])('find the fault in a provider: %s', async (fault, part) => {
    expect((await failures({ ...acme, ...part })).join('\n')).toContain(fault);
  });

  test.each<[string, Source['read']]>([
    ['something else than a text', async () => undefined as never],
    ['returned something all the same', async (_, host) => host.env('x') ?? 'default'],
    ['it ended in TypeError', async (argument) => (argument as string).toUpperCase()],
    ['an error holds the secret', async (_, host) => host.fail('config_schema', { message: `${host.env('x')} is wrong.` })],
  ])('find the fault in a source: %s', async (fault, read) => {
    expect((await failures({ ...vault, read })).join('\n')).toContain(fault);
  });
});

describe('the form of a strategy', () => {
  test.each<[string, unknown]>([
    ['it must be an object', 'password'],
    ['kind must be one of', { ...smsPin, kind: 'flow' }],
    ['name must be kebab-case', { ...smsPin, name: 'smsPin' }],
    ['summary must be', { ...smsPin, summary: 'Ends in a full stop.' }],
    ['summary must be', { ...smsPin, summary: 'red \u001b[31m' }],
    ['acquire must be a function', { ...smsPin, acquire: 'x' }],
    ['behaviour must be in one place', { ...smsPin, load: async () => smsPin }],
    ['behaviour must be in one place', { kind: 'grant', name: 'x', summary: 'x' }],
    ['use must be a class', { kind: 'grant', name: 'x', summary: 'x', use: {} }],
    ['frobnicate is not a known member of a grant', { ...smsPin, frobnicate: 1 }],
    ['subject has the wrong type', { ...smsPin, subject: 'robot' }],
    ['method is missing', { ...post, method: undefined }],
    ['algorithms is missing', { ...trusting, algorithms: undefined }],
    ['algorithms must name one', { ...trusting, algorithms: [] }],
    ['algorithms must name one', { ...trusting, algorithms: [], checks: 'id' }],
    ['the key must be camelCase', { ...smsPin, options: { 'user-name': { type: 'string', summary: 'x' } } }],
    ['options must be an object', { ...smsPin, options: [] }],
    ['options.a must be an object', { ...smsPin, options: { a: 'string' } }],
    ['options.a.type must be one of', { ...smsPin, options: { a: { type: 'date', summary: 'x' } } }],
    ['options.a.type must be one of', { ...smsPin, options: { a: { type: 'toString', summary: 'x' } } }],
    ['options.a.summary', { ...smsPin, options: { a: { type: 'string' } } }],
    ['options.a.descripton is not a known member', { ...smsPin, options: { a: { type: 'string', summary: 'x', descripton: 'x' } } }],
    ['options.a.short has the wrong type', { ...smsPin, options: { a: { type: 'string', summary: 'x', short: 'ab' } } }],
    ['only a string can be secret', { ...smsPin, options: { a: { type: 'list', summary: 'x', secret: true } } }],
    ['a secret has no default', { ...smsPin, options: { a: { type: 'string', summary: 'x', secret: true, default: 'x' } } }],
    ['options.a.default is not a number', { ...smsPin, options: { a: { type: 'number', summary: 'x', default: 'x' } } }],
    ['minimum is above its maximum', { ...smsPin, options: { a: { type: 'number', summary: 'x', minimum: 2, maximum: 1 } } }],
  ])('%s', (fault, strategy) => {
    expect(recordFaults(strategy).join('\n')).toContain(fault);
  });

  test('is right when nothing is wrong', () => {
    const asking = { ...trusting, algorithms: [], keySet: false };
    const others = [
      { ...asking, checks: 'access' },
      { ...asking, checks: 'user' },
    ];
    for (const strategy of [smsPin, post, trusting, shout, vault, ...others]) expect(recordFaults(strategy)).toEqual([]);
  });
});
