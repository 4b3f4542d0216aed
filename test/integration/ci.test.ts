/** The action for GitHub and the template for GitLab, their steps run as the runners run them, with the identity of a job that the provider knows. */
import { spawn } from 'node:child_process';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { API } from '../../src/sandbox/clients.ts';
import { BIN, makeHome } from '../support/cli.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();

/** What a CI system would sign: here with the key that the sandbox knows its client by. */
function identity(audience: string): string {
  const { clientId, privateKey = '' } = idp().client('client-credentials', 'privateKeyJwt');
  const now = Math.floor(idp().clock.now() / 1000);
  const claims = { iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), iat: now, exp: now + 300 };
  const input = [{ alg: 'ES256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(input), { key: createPrivateKey(privateKey), dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

let runner: Server;
const asked: IncomingMessage[] = [];
beforeAll(async () => {
  runner = createServer((request, response) => {
    asked.push(request);
    const audience = new URL(request.url ?? '', 'http://runner').searchParams.get('audience') ?? '';
    response.end(JSON.stringify({ value: identity(audience) }));
  }).listen(0, '127.0.0.1');
  await once(runner, 'listening');
});
afterAll(() => new Promise((resolve) => runner.close(resolve)));

/** A home with a `padlock` on its PATH. */
function machine(): { readonly home: string; readonly env: Record<string, string> } {
  const home = makeHome();
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin', 'padlock'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`, { mode: 0o755 });
  return { home, env: { HOME: home, PATH: `${join(home, 'bin')}:/usr/bin:/bin` } };
}

async function bash(script: string, env: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (out[name] += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...out };
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly id?: string; readonly run: string; readonly env: Readonly<Record<string, string>> }[];
  };
}
const action = parse(readFileSync('ci/github/action.yml', 'utf8')) as Action;

/** The expressions that the action uses: `inputs.x`, `inputs.x || inputs.y`, `runner.temp`. */
function evaluated(text: string, inputs: Readonly<Record<string, string>>, temp: string): string {
  const value = (name: string): string => (name === 'runner.temp' ? temp : (inputs[name.replace('inputs.', '')] ?? ''));
  return text.replace(
    /\$\{\{ (.*?) \}\}/g,
    (_, expression: string) =>
      expression
        .split(' || ')
        .map(value)
        .find((each) => each !== '') ?? '',
  );
}

async function runAction(given: Readonly<Record<string, string>>, job: Readonly<Record<string, string>>) {
  const { env, home } = machine();
  const files = Object.fromEntries(['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_PATH'].map((name) => [name, join(home, name)]));
  for (const file of Object.values(files)) writeFileSync(file, '');
  const defaults = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']));
  const results = [];
  for (const step of action.runs.steps) {
    // an expression in a script could run what an input says
    expect(step.run).not.toContain('${{');
    const own = Object.entries(step.env).map(([name, text]) => [name, evaluated(text, { ...defaults, ...given }, home)] as const);
    results.push(await bash(step.run, { ...env, ...files, ...job, ...Object.fromEntries(own) }));
  }
  const written = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readFileSync(file, 'utf8')]));
  return { last: results.at(-1), written };
}

const inputs = () => ({ issuer: idp().issuer, 'client-id': 'padlock-private-key-jwt', scope: 'read:reports', audience: API });
const permitted = () => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(runner.address() as AddressInfo).port}/token?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner-request-token',
});

test('the GitHub action hands on a token that the log does not show', async () => {
  const { last, written } = await runAction({ ...inputs(), env: 'API_TOKEN' }, permitted());
  expect(last).toMatchObject({ code: 0, stderr: '' });
  const token = /^access-token=(\S+)\n$/.exec(written.GITHUB_OUTPUT ?? '')?.[1] ?? '';
  expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ aud: API, scope: 'read:reports' });
  expect(written).toMatchObject({ GITHUB_ENV: `API_TOKEN=${token}\n`, GITHUB_PATH: '' });
  expect(last?.stdout).toBe(`::add-mask::${token}\n`);
  expect(asked.at(-1)?.headers.authorization).toBe('Bearer runner-request-token');
  expect(new URL(asked.at(-1)?.url ?? '', 'http://runner').searchParams.get('audience')).toBe(idp().issuer);
  expect(action.outputs['access-token']?.value).toContain('steps.sign-in.outputs.access-token');
});

test('the GitHub action ends where the job has no permission, says which, and hands on nothing', async () => {
  const { last, written } = await runAction(inputs(), {});
  expect(last).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('id-token: write') });
  expect(written).toEqual({ GITHUB_ENV: '', GITHUB_OUTPUT: '', GITHUB_PATH: '' });
});

test("the GitLab template puts a token into the job's environment", async () => {
  const { '.padlock': job } = parse(readFileSync('ci/gitlab/padlock.gitlab-ci.yml', 'utf8')) as {
    '.padlock': { id_tokens: Record<string, object>; variables: Record<string, string>; before_script: readonly string[] };
  };
  expect(Object.keys(job.id_tokens)).toEqual(['GITLAB_OIDC_TOKEN']);
  const { issuer } = idp();
  const variables = {
    ...job.variables,
    PADLOCK_ISSUER: issuer,
    PADLOCK_CLIENT_ID: 'padlock-private-key-jwt',
    PADLOCK_SCOPE: 'read:reports',
    PADLOCK_AUDIENCE: API,
  };
  const { env } = machine();
  const script = `${job.before_script.join('\n')}\nbash -c 'echo "$PADLOCK_ACCESS_TOKEN"'`;
  const { code, stderr, stdout } = await bash(script, { ...env, ...variables, GITLAB_OIDC_TOKEN: identity(issuer) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(await bash(script, { ...env, ...variables })).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('id_tokens') });
});
