/** Tokens handed to other programs: a child's environment, curl, git and kubectl, each driven for real. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { certificate } from '../support/certificate.ts';
import { BIN, makeHome, type RunningCli, runCli, runCliTty, startCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const home = makeHome();
const bin = join(home, 'bin');
let token: string;

beforeAll(async () => {
  const env = { ...envOf(idp().client('password', 'public')), PADLOCK_PASSWORD: idp().user.password };
  await runCli(['auth', '-q', '--username', idp().user.username], { home, env });
  token = (await runCli(['token'], { home })).stdout.trim();
  mkdirSync(bin);
  writeFileSync(join(bin, 'padlock'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(join(bin, 'padlock'), 0o755);
});
beforeEach(() => idp().requests.clear());

/** A shell that finds padlock on its path, and nothing of this process's environment. */
async function shell(script: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script], {
    cwd: home,
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: home, LANG: 'C.UTF-8', ...env },
  });
  return stdout;
}

/** Is this program here? */
const has = (program: string): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const testWith = (program: string): typeof test => (has(program) ? test : (test.skip as typeof test));

/** A server on loopback for the length of the file. */
function serving(answer: (request: IncomingMessage, response: ServerResponse) => void, tls?: { cert: string; key: string }): () => string {
  const server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return () => `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('padlock exec', () => {
  test('gives the token to the program alone, and takes other secrets away', async () => {
    const env = {
      PADLOCK_CLIENT_SECRET: 'c4nary-client-secret',
      PADLOCK_PASSWORD_FILE: '/x',
      PADLOCK_ID_TOKEN: 'of an outer exec',
      KEPT: 'yes',
    };
    const { code, stdout, stderr } = await runCli(['exec', '--', 'env'], { home, env, allow: { stdout: [token] }, secrets: [token] });
    expect([code, stderr]).toEqual([0, '']);
    expect(
      stdout
        .split('\n')
        .filter((line) => /PADLOCK|KEPT/.test(line))
        .sort(),
    ).toEqual(['KEPT=yes', `PADLOCK_ACCESS_TOKEN=${token}`]);
    const named = await runCli(['exec', '--env', 'GH_TOKEN', '--id-token', '--', 'sh', '-c', 'echo "$GH_TOKEN $PADLOCK_ACCESS_TOKEN"'], {
      home,
    });
    expect(named.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+ \n$/);
    expect(idp().requests.all).toEqual([]);
  });

  test("ends with the program's code, and with a shell's codes where there is none", async () => {
    const codeOf = async (...line: string[]): Promise<number> => (await runCli(['exec', '--', ...line], { home })).code;
    expect(await codeOf('sh', '-c', 'exit 42')).toBe(42);
    expect(await codeOf('sh', '-c', 'kill -KILL $$')).toBe(137);
    const failure = async (...line: string[]): Promise<unknown> => JSON.parse((await runCli(['exec', '--json', ...line], { home })).stderr);
    expect(await failure('--', 'padlock-no-such-program')).toMatchObject({ error: { code: 'exec_not_found', exit: 127 } });
    expect(await failure('--', '/etc/passwd')).toMatchObject({ error: { code: 'exec_not_executable', exit: 126 } });
    expect(await failure()).toMatchObject({ error: { code: 'usage_missing_option', hint: expect.stringContaining('exec -- PROGRAM') } });
    expect(await failure('--env', 'A-B', '--', 'true')).toMatchObject({ error: { code: 'usage_bad_value' } });
  });

  test('has standard input and what the program writes go through', async () => {
    await expect(shell('printf "one\\ntwo\\n" | padlock exec -- sh -c "cat; echo three >&2" 2>&1')).resolves.toBe('one\ntwo\nthree\n');
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes %s on, and waits for the program', async (signal) => {
    const script = "trap 'echo told; exit 5' TERM INT HUP; echo ready; while :; do sleep 0.1; done";
    const running: RunningCli = startCli(['exec', '--', 'sh', '-c', script], { home });
    await running.until(/ready/);
    const { code, stdout } = await running.end(signal);
    expect([code, stdout]).toEqual([5, 'ready\ntold\n']);
  });

  test('leaves the terminal to the program', async () => {
    const type = [{ when: /name\?/, send: 'Robin\r' }];
    const line = ['exec', '--', 'sh', '-c', 'printf "name? "; read name; test -t 0 && test -t 1 && echo "hello $name"'];
    const { code, screen } = await runCliTty(line, { home, type });
    expect([code, screen]).toEqual([0, expect.stringContaining('hello Robin')]);
  });
});

describe('padlock token', () => {
  test.each(['-o header | curl -sSf -H @-', '-o curl-config | curl -sSf -K -'])('%s is signed in', async (line) => {
    const answer = await shell(`padlock token ${line} '${idp().issuer}/userinfo'`);
    expect(JSON.parse(answer)).toMatchObject({ email: 'robin@percy.test' });
    expect(idp().requests.at('userinfo')[0]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(idp().requests.all).toHaveLength(1);
  });

  test('-o env and -o dotenv are read by a shell', async () => {
    const script = 'eval "$(padlock token -o env)"; test "$PADLOCK_ACCESS_TOKEN" = "$(padlock token)" && echo same';
    await expect(shell(script)).resolves.toBe('same\n');
    await expect(shell('padlock token -o dotenv > .env; set -a; . ./.env; env | grep -c "^PADLOCK_ACCESS_TOKEN=."')).resolves.toBe('1\n');
  });

  test('-o github-env is there for the next step, and masked before', async () => {
    writeFileSync(join(home, 'github-env'), 'FIRST=1\n');
    await expect(shell('padlock token -o github-env', { GITHUB_ENV: join(home, 'github-env') })).resolves.toBe(`::add-mask::${token}\n`);
    expect(readFileSync(join(home, 'github-env'), 'utf8')).toBe(`FIRST=1\nPADLOCK_ACCESS_TOKEN=${token}\n`);
  });

  test('-o header is refused by a command that has no token, before it does anything', async () => {
    const { code, stderr } = await runCli(['auth', '-o', 'header', '--issuer', idp().issuer], { home });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/padlock token --format header/)]);
    expect(idp().requests.all).toEqual([]);
  });
});

describe('git', () => {
  const seen: string[] = [];
  const url = serving((request, response) => {
    const { authorization = '' } = request.headers;
    seen.push(authorization);
    if (Buffer.from(authorization.replace('Basic ', ''), 'base64').toString() !== `oauth2:${token}`)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    if (request.url?.startsWith('/repo.git/info/refs')) return void response.end(`${'1'.repeat(40)}\trefs/heads/main\n`);
    return void response.writeHead(404).end();
  });

  test('signs in with a credential helper that asks padlock', async () => {
    const helper = '!f() { test "$1" = get && echo username=oauth2 && echo "password=$(padlock token)"; }; f';
    const env = { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', HELPER: helper };
    const refs = await shell(`git -c credential.helper= -c credential.helper="$HELPER" ls-remote '${url()}/repo.git'`, env);
    expect(refs).toBe(`${'1'.repeat(40)}\trefs/heads/main\n`);
    expect(seen[0]).toBe('');
  });
});

describe('kubectl', () => {
  const seen = new Set<string>();
  const tls = certificate();
  const url = serving((request, response) => {
    const { authorization } = request.headers;
    seen.add(authorization ?? '');
    response.writeHead(authorization === undefined ? 401 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ major: '1', minor: '32', gitVersion: 'v1.32.0' }));
  }, tls);

  testWith('kubectl')('signs in with padlock as its credential plugin', async () => {
    const user = {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'padlock',
        args: ['token', '-o', 'kubectl'],
        interactiveMode: 'Never',
      },
    };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: url(), 'certificate-authority-data': Buffer.from(tls.cert).toString('base64') } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(join(home, 'kubeconfig'), JSON.stringify(config));
    const answer = await shell('kubectl --kubeconfig kubeconfig get --raw /version');
    expect(JSON.parse(answer)).toMatchObject({ gitVersion: 'v1.32.0' });
    const { stdout: id } = await runCli(['token', '--id-token'], { home });
    expect(seen).toContain(`Bearer ${id.trim()}`);
    expect(JSON.parse(await shell('padlock token -o kubectl --access-token'))).toMatchObject({ status: { token } });
  });
});
