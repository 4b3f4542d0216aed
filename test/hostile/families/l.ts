/** L: leakage. The invariant G1 looks for every secret of a run in all it wrote; these rows put secrets where they could come out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { leaks } from '../../support/canaries.ts';
import { raw } from '../network/answer.ts';
import { canary } from '../network/good.ts';
import type { Provocation, Row } from '../row.ts';

const SECRET = canary('leaky');
const PLUGIN = 'plugin.mjs';
const CONFIG = '.config/padlock/config.yaml';

const signIn = (id: string, what: string, run: Partial<Provocation> = {}, more: Partial<Row> = {}): Row => ({
  id,
  what,
  answers: {},
  run: { args: ['auth'], ...run },
  exit: 0,
  secrets: [SECRET],
  ...more,
});

/** What a careless plugin may tell: the password in every shape in which a log gave one away somewhere. */
const SHAPES: readonly ((p: string) => unknown)[] = [
  (p) => p,
  (p) => ({ password: p }),
  (p) => ({ body: { password: p } }),
  (p) => ({ a: { b: { c: { password: p } } } }),
  (p) => [{ password: p }],
  (p) => new URLSearchParams({ grant_type: 'password', password: p }).toString(),
  (p) => `https://id.example/token?password=${encodeURIComponent(p)}&x=1`,
  (p) => ({ headers: { Authorization: `Basic ${btoa(`acme-cli:${p}`)}` } }),
  (p) => ({ headers: { authorization: `Bearer ${p}` } }),
  (p) => `authorization: Basic ${btoa(`a:${encodeURIComponent(p)}`)}`,
  (p) => JSON.stringify(JSON.stringify({ password: p })),
  (p) => Buffer.from(p).toString('hex'),
  (p) => Buffer.from(`{"password":"${p}"}`).toString('base64'),
  (p) => Buffer.from(`x${p}`).toString('base64url'),
  (p) => [...Buffer.from(p)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  (p) => new Error(`Login failed for robin with ${p}`).message,
  (p) => p.slice(0, 30),
];
const LEAKY_FLOW = `export default { apiVersion: 1, name: 'acme', strategies: [{
  kind: 'grant', name: 'sms-pin', summary: 'x', options: { password: { type: 'string', summary: 'password', secret: true, account: 'who', prompt: 'Password' } },
  acquire({ password }, host) {
    const told = [${SHAPES.join(', ')}].map((shape) => shape(password)).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
    for (const one of told) host.show(one, { told: one });
    host.warn({ code: 'acme_told', message: told.join(' ') });
    host.fail('acme_failed', { message: told.join(' '), hint: password, cause: new Error(password), oauthError: password, requestId: password });
  } }] };`;

/** Crashes in the middle of a sign-in, with a secret in what is thrown. */
const crash = (id: string, what: string, thrown: string, more: Partial<Provocation> = {}): Row => ({
  id,
  what,
  answers: { token: { after: 3000 } },
  run: { args: ['auth'], preload: `setTimeout(() => { ${thrown} }, 1000);`, ...more },
  secrets: [SECRET],
  exit: 1,
  code: 'internal',
});

const INSPECT = `
  import { inspect } from 'node:util';
  import { createPadlock, isPadlockError, PadlockError } from 'padlock-auth';
  const { PADLOCK_ISSUER: issuer, PADLOCK_CLIENT_ID: clientId, PADLOCK_CLIENT_SECRET: clientSecret, PADLOCK_USERNAME: username, PADLOCK_PASSWORD: password } = process.env;
  const padlock = createPadlock({ issuer, clientId, clientSecret, flow: 'password', values: { username, password } });
  const session = await padlock.authenticate();
  const token = await padlock.token();
  const wrong = await createPadlock({ issuer, clientId, clientSecret, flow: 'password', values: { username, password: password + 'x' } }).authenticate().catch((error) => error);
  const credential = await padlock.asTokenCredential();
  if (!isPadlockError(wrong) || token.value.length < 20) throw new Error('nothing to look at');
  for (const each of [padlock, session, token, wrong, credential, await padlock.sessions(), new PadlockError('internal', { cause: wrong })]) {
    console.log(inspect(each, { depth: 20 }), JSON.stringify(each));
    if (typeof each === 'object') console.log(Object.entries(each).map(([key, value]) => key + ' ' + inspect(value, { depth: 20 })).join(' '));
    try { console.log(String(each)); } catch (error) { console.log(error.name); }
  }
  console.table([session]);
  console.error(wrong);`;

/** Every file that the run opened to write, with the mode it asked for; strace saw it. */
function created(trace: string): readonly { readonly path: string; readonly mode: number }[] {
  return [...trace.matchAll(/open(?:at)?\([^"]*"([^"]+)", [A-Z_|]*O_CREAT[A-Z_|]*(?:, (0\d+))?\)/g)].map(([, path = '', mode = '0']) => ({
    path,
    mode: Number.parseInt(mode, 8),
  }));
}
const traced = (id: string, what: string, args: readonly string[], more: Partial<Row> = {}): Row => ({
  id,
  what,
  answers: {},
  run: ({ home }) => ({ args, under: `umask 000; exec strace -f -qq -e trace=open,openat,creat -o "${home}/work/trace" "$@"` }),
  exit: 0,
  once: 'strace has no terminal',
  within: 60,
  check: (_, { home }) => {
    const files = created(readFileSync(join(home, 'work/trace'), 'utf8')).filter(({ path }) => path.startsWith(home));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter(({ mode }) => mode !== 0o600)).toEqual([]);
  },
  ...more,
});

/** A sign-in in the browser, whose code comes back by itself. */
const inBrowser = async (shown: string): Promise<void> => {
  const url = /http\S+authorize\S*/.exec(shown)?.[0].replace(/[",].*/, '') ?? '';
  const answer = await fetch(url, { redirect: 'manual' });
  await fetch(answer.headers.get('location') ?? '');
};

const LOGS: readonly Row[] = [
  signIn('L1a', 'all that a sign-in knows'),
  signIn('L1b', 'all that a refresh knows', { args: ['token', '--refresh'] }, { signedIn: true, allow: { stdout: ['issued'] } }),
  signIn('L1c', 'all that a sign-out knows', { args: ['logout'] }, { signedIn: true, afterwards: 'gone' }),
  signIn(
    'L1d',
    'all that a wrong password says',
    { args: ['auth'], env: { PADLOCK_PASSWORD: SECRET } },
    { exit: 4, code: 'auth_invalid_grant' },
  ),
  signIn(
    'L2a',
    '--debug, with the secret in a header',
    { args: ['auth', '--debug', '--client-auth', 'client-secret-basic'], plain: true },
    {
      check: ({ stderr }) => expect(stderr.match(/"msg":"http"/g)?.length).toBeGreaterThanOrEqual(2),
    },
  ),
  signIn('L2b', '--debug, with the secret in the body', { args: ['auth', '--debug', '--client-auth', 'client-secret-post'], plain: true }),
  signIn(
    'L2c',
    '--debug, with the token in a header',
    { args: ['whoami', '--online', '--debug'], plain: true },
    {
      signedIn: true,
      check: (_, { idp }) =>
        expect(idp.at('userinfo').map(({ headers }) => headers.authorization)).toEqual([expect.stringMatching(/^Bearer at-/)]),
    },
  ),
  signIn(
    'L2d',
    '-v, of a refresh that is refused',
    { args: ['token', '--refresh', '-v'], plain: true, env: { PADLOCK_PASSWORD: undefined } },
    {
      signedIn: true,
      answers: { token: { status: 400, body: { error: 'invalid_grant', error_description: 'gone' } } },
      exit: 4,
      code: 'auth_refresh_rejected',
      afterwards: 'gone',
    },
  ),
  {
    id: 'L3',
    what: 'a plugin that tells the password in seventeen shapes',
    answers: {},
    run: ({ home }) => ({
      args: ['auth', '--plugin', join(home, PLUGIN)],
      env: { PADLOCK_FLOW: 'sms-pin' },
      files: { [PLUGIN]: LEAKY_FLOW },
    }),
    exit: 4,
    own: 'acme_failed',
    check: ({ stderr }) => expect(stderr.split('[redacted]').length).toBeGreaterThan(SHAPES.length),
  },
  signIn(
    'L4a',
    'tokens in an answer that is malformed',
    {},
    { answers: { token: { members: { access_token: 7 } } }, exit: 7, code: 'proto_bad_shape' },
  ),
  signIn(
    'L4b',
    'tokens in an answer that is no JSON',
    {},
    {
      answers: { token: { status: 200, body: `{"access_token":"${SECRET}","refresh_token":"${SECRET}"` } },
      exit: 7,
      code: 'proto_not_json',
    },
  ),
  signIn(
    'L4c',
    'tokens in an answer with a wrong ID token',
    {},
    { answers: { token: { idToken: { claims: { aud: SECRET } } } }, exit: 8, code: 'token_audience', secrets: [] },
  ),
  signIn(
    'L4d',
    'an error that repeats the whole request',
    {},
    {
      answers: {
        token: ({ body, headers }) => ({
          status: 400,
          body: { error: 'invalid_request', error_description: `${body} ${String(headers.authorization)}`, error_uri: body },
        }),
      },
      exit: 5,
      code: 'client_invalid_request',
    },
  ),
  signIn(
    'L4e',
    'tokens in an answer that breaks',
    {},
    {
      answers: {
        token: raw(
          { send: `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{"access_token":"${SECRET}"` },
          'reset',
        ),
      },
      exit: 6,
      code: 'net_reset',
    },
  ),
  crash('L5a', 'an exception that nobody catches', `throw new Error('${SECRET}');`),
  crash('L5b', 'a rejection that nobody sees', `Promise.reject(Object.assign(new TypeError('${SECRET}'), { token: '${SECRET}' }));`),
  crash('L5c', 'a secret that is thrown as it is', `throw '${SECRET}';`),
  crash('L5d', 'a rejection with nothing', 'Promise.reject();'),
  {
    id: 'L6',
    what: 'inspect, JSON and print every object that knows a secret',
    answers: {},
    run: { args: [], program: INSPECT },
    exit: 0,
    once: 'it has no terminal',
    check: ({ stdout }) => expect(stdout).toContain('Robin Percy'),
  },
];

const PLACES: readonly Row[] = [
  {
    id: 'L7',
    what: 'a client secret in argv is not in the list of processes',
    answers: { token: { after: 1500 } },
    run: ({ idp }) => ({
      args: ['auth', '--client-secret', idp.good.clientSecret],
      env: { PADLOCK_CLIENT_SECRET: undefined },
      during: async ({ pid }) => {
        await idp.asked('token');
        const shown = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        expect(leaks(shown, idp.good.clientSecret)).toBe(false);
      },
    }),
    exit: 0,
    once: 'on a terminal the process is a child of script',
  },
  {
    id: 'L8a',
    what: 'a program that knows a secret is not told the others',
    answers: {},
    run: ({ idp }) => ({
      args: ['auth', '-p', 'work'],
      env: { PADLOCK_ISSUER: undefined },
      files: {
        known: idp.good.password,
        [CONFIG]: `profiles: { work: { issuer: "${idp.issuer}", client_id: acme-cli, client_secret: "${idp.good.clientSecret}", flow: password, username: robin@percy.test, password: { command: [sh, -c, 'env > environment; cat ../known'] } } }\n`,
      },
    }),
    exit: 0,
    check: (_, { home }) => expect(readFileSync(join(home, 'work/environment'), 'utf8')).not.toMatch(/^PADLOCK_/m),
  },
  {
    id: 'L8b',
    what: 'a plugin finds no secret in its environment, nor does what it starts',
    answers: {},
    run: ({ home }) => ({
      args: ['auth', '--plugin', join(home, PLUGIN)],
      env: { PADLOCK_FLOW: 'curious', PADLOCK_SCOPE: 'reports', PADLOCK_OTHER_SECRET: SECRET },
      files: {
        [PLUGIN]: `import { execFileSync } from 'node:child_process'; import { writeFileSync } from 'node:fs';
          export default { apiVersion: 1, name: 'acme', strategies: [{ kind: 'grant', name: 'curious', summary: 'x',
            acquire(_, host) { writeFileSync('environment', JSON.stringify(process.env) + execFileSync('env')); return host.exchange('client_credentials', {}); } }] };`,
      },
    }),
    secrets: [SECRET],
    exit: 0,
    check: (_, { home }) => expect(readFileSync(join(home, 'work/environment'), 'utf8')).not.toMatch(/PADLOCK_/),
  },
  {
    id: 'L8c',
    what: 'the browser is told the address and nothing else',
    answers: {},
    run: ({ home }) => ({
      args: ['auth', '--flow', 'authorization-code'],
      env: { BROWSER: `sh -c env>${join(home, 'work/environment')}` },
      during: async (running) => inBrowser(await running.until(/authorize\S+[\s\S]*\n/)),
      plain: true,
    }),
    exit: 0,
    once: 'the browser comes back to one run only',
  },
  traced('L9a', 'what a sign-in creates is its own from the first moment, whatever the umask', ['auth']),
  traced('L9b', 'what a refresh creates', ['token', '--refresh'], { signedIn: true, allow: { stdout: ['issued'] } }),
  traced('L9c', 'what a profile is saved in', ['auth', '--save', 'work', '--no-store']),
  crash('L10a', 'no report of Node’s after an exception', `throw new Error('${SECRET}');`, {
    execArgv: ['--report-uncaught-exception', '--report-on-fatalerror'],
  }),
  {
    id: 'L10b',
    what: 'no report of Node’s on a signal',
    answers: { token: { after: 1500 } },
    run: ({ idp }) => ({
      args: ['auth'],
      execArgv: ['--report-on-signal'],
      during: async ({ kill }) => {
        await idp.asked('token');
        kill('SIGUSR2');
      },
    }),
    exit: 140, // as any program that does not know the signal
    once: 'on a terminal the signal is for script',
    check: (_, { home }) => expect(readdirSync(join(home, 'work'))).toEqual([]),
  },
  {
    id: 'L11',
    what: 'a session that is over cannot be had again without the password: nothing kept it',
    answers: { token: { status: 400, body: { error: 'invalid_grant' } } },
    signedIn: true,
    run: { args: ['token', '--refresh', '--no-input'], env: { PADLOCK_PASSWORD: undefined } },
    exit: 4,
    code: 'auth_refresh_rejected',
    afterwards: 'gone',
    check: (_, { idp }) => {
      expect(
        idp
          .at('token')
          .slice(1)
          .map(({ form }) => form.get('grant_type')),
      ).toEqual(['refresh_token']);
      expect(
        idp
          .at('token')
          .slice(1)
          .every(({ body }) => !leaks(body, idp.good.password)),
      ).toBe(true);
    },
  },
];

const OUTPUT: readonly Row[] = [
  signIn('L12a', 'a table without tokens', { plain: true }, { check: ({ stdout }) => expect(stdout).toMatch(/^Robin Percy/) }),
  signIn(
    'L12b',
    'tokens that were asked for are on stdout alone',
    { args: ['auth', '--show-tokens'] },
    {
      allow: { stdout: ['issued'] },
      check: ({ stdout }, { idp }) => {
        const kinds = [...idp.good.issued].filter((value) => stdout.includes(value)).map((value) => value.slice(0, 3));
        expect(kinds).toContain('at-');
        expect(kinds).not.toContain('rt-');
      },
    },
  ),
  signIn(
    'L12c',
    'a token on a terminal comes with a warning',
    { args: ['token'], terminal: {} },
    {
      allow: { stdout: ['issued'] },
      check: ({ stdout }) => expect(stdout).toMatch(/^Warning: The token is on your screen/m),
    },
  ),
  signIn(
    'L12d',
    'so do tokens among other things',
    { args: ['auth', '--show-tokens=all'], terminal: { columns: 200 } },
    {
      allow: { stdout: ['issued'] },
      check: ({ stdout }) => expect(stdout).toMatch(/^Warning: The token is on your screen/m),
    },
  ),
  signIn(
    'L13',
    'an error says nothing of what was sent',
    { args: ['auth', '--param', `acr_hint=${SECRET}`, '--audience', `https://${SECRET}.example`] },
    {
      answers: { token: { status: 400, body: { error: 'invalid_request', error_description: 'no' } } },
      exit: 5,
      code: 'client_invalid_request',
      check: ({ error }) =>
        expect(Object.keys(error ?? {}).sort()).toEqual([
          'category',
          'code',
          'exit',
          'hint',
          'http_status',
          'message',
          'oauth_error',
          'retryable',
        ]),
    },
  ),
  ...[
    ['auth', '--help'],
    ['help', 'environment'],
    ['config', 'show', '--origin'],
    ['strategies', 'grant'],
  ].map((args, at) => signIn(`L14${'abcd'[at]}`, `${args.join(' ')} shows no value of the environment`, { args, plain: true })),
  signIn(
    'L15',
    'who asks is Padlock, and nothing more',
    { args: ['auth', '--no-cache'] },
    {
      check: (_, { idp }) => {
        for (const { headers } of idp.requests) expect(headers['user-agent']).toMatch(/^padlock\/\d+\.\d+\.\d+$/);
        expect(idp.requests.length).toBeGreaterThan(1);
      },
    },
  ),
  {
    id: 'L16a',
    what: 'the code that a browser comes back with is in no log',
    answers: {},
    run: () => ({
      args: ['auth', '--flow', 'authorization-code', '--no-browser', '--debug'],
      during: async (running) => inBrowser(await running.until(/authorize\S+[\s\S]*\n/)),
      plain: true,
    }),
    exit: 0,
    once: 'the browser comes back to one run only',
    check: (_, { idp }) => expect([...idp.good.issued].filter((value) => value.startsWith('ac-'))).toHaveLength(1),
  },
  {
    id: 'L16b',
    what: 'a wrong answer of the browser is told without its code and state',
    answers: {},
    run: () => ({
      args: ['auth', '--flow', 'authorization-code', '--no-browser', '--debug'],
      during: async (running) => {
        const shown = await running.until(/authorize\S+[\s\S]*\n/);
        const back = new URL(/http\S+authorize\S*/.exec(shown)?.[0] ?? '').searchParams.get('redirect_uri');
        await fetch(`${back}?code=${SECRET}&state=wrong-${SECRET}`);
      },
      plain: true,
    }),
    secrets: [SECRET],
    exit: 7,
    code: 'proto_bad_shape',
    once: 'the browser comes back to one run only',
  },
];

export const L: readonly Row[] = [...LOGS, ...PLACES, ...OUTPUT];
