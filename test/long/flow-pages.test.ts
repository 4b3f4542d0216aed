/** The page of every flow in docs/flows: it is there, it says what the flow's guide says, it has a diagram, and its example works as it is written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createPadlock } from '../../src/index.ts';
import { browse } from '../../src/sandbox/browse.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { strategies } from '../../src/strategies/index.ts';
import { type CliOptions, makeHome, runCli, startCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const flows = strategies.flatMap((strategy) => (strategy.kind === 'grant' ? [strategy] : []));
const pageOf = (name: string): string => readFileSync(`docs/flows/${name}.md`, 'utf8');
/** The words of the lines of the page's first example that run Padlock. */
const exampleOf = (name: string): readonly (readonly string[])[] =>
  (/```sh\n([\s\S]*?)```/.exec(pageOf(name))?.[1] ?? '')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line.startsWith('padlock '))
    .map((line) => line.split(/\s+/).slice(1));

describe.each(flows.map((flow) => [flow.name, flow] as const))('%s', (name, { guide }) => {
  test('says when to use it, when not, and what it needs', () => {
    expect(guide).toMatchObject({ use: expect.any(String), avoid: expect.any(String), needs: expect.any(String) });
    for (const heading of ['When', 'When not', 'Needs']) expect(pageOf(name)).toContain(`* **${heading}**:`);
  });

  test('is drawn, and has an example with it', () => {
    expect(pageOf(name)).toMatch(/```mermaid\nsequenceDiagram\n/);
    expect(exampleOf(name).flat()).toContain(name);
  });
});

const idp = sharedSandbox();
const signedIn = { code: 0, stdout: expect.stringContaining('Robin Percy') };

/** Somebody at a browser who goes to the first address of the sandbox that a run prints. */
async function withBrowser(words: readonly string[], address: RegExp, options: CliOptions = {}) {
  const running = startCli(words, options);
  const url = address.exec(await running.until(address))?.[0] ?? '';
  const answers: Readonly<Record<string, string>> = { username: idp().user.username, password: idp().user.password };
  await browse(url, new URL(url).origin, { fill: (field) => answers[field] });
  return running.ended();
}

/** The words with the page's own provider, client and file in place of what stands for them. */
const at = (
  words: readonly string[],
  { issuer }: Pick<Sandbox, 'issuer'>,
  files: Readonly<Record<string, string>> = {},
): readonly string[] => words.map((word) => files[word] ?? word.replace('https://id.example.com', issuer));

describe('the example of', () => {
  const only = (name: string): readonly string[] => exampleOf(name).at(-1) ?? [];

  test.each(['client-credentials'])('%s', async (name) => {
    for (const words of exampleOf(name)) await expect(runCli(words)).resolves.toMatchObject({ code: 0 });
  });

  test.each(['password', 'password-realm'])('%s', async (name) => {
    await expect(runCli(only(name))).resolves.toMatchObject(signedIn);
  });

  test('authorization-code', async () => {
    await expect(withBrowser(only('authorization-code'), /http:\/\/[^\s"]+\/authorize\?[^\s"]+/)).resolves.toMatchObject(signedIn);
  });

  test('device-code', async () => {
    const words = only('device-code').filter((word) => word !== '--browser'); // there is none here
    await expect(withBrowser(words, /http:\/\/[^\s"]+\/device\?user_code=[^\s"]+/)).resolves.toMatchObject(signedIn);
  });

  test('ciba', async () => {
    const home = makeHome();
    const [first = [], words = []] = exampleOf('ciba');
    const sandbox = startCli(first, { home, deadline: 60_000, allow: { stderr: [idp().user.password] } });
    try {
      const [, issuer = ''] = /listens at (http\S+)/.exec(await sandbox.until(/listens at http\S+\n[\s\S]*Ctrl-C/)) ?? [];
      const running = startCli(words, { home, deadline: 30_000 });
      await running.until(/Confirm the sign-in on your device, where it shows: W4SCT/);
      await browse(`${issuer}/phone`, issuer, { fill: (field) => (field === 'password' ? idp().user.password : undefined) });
      await expect(running.ended()).resolves.toMatchObject(signedIn);
    } finally {
      await sandbox.end('SIGINT');
    }
  });

  /** A file with this token in it, for its owner. */
  function fileWith(home: string, token: string): string {
    const file = join(home, 'token.jwt');
    writeFileSync(file, token, { mode: 0o600 });
    return file;
  }
  const token = { code: 0, stdout: expect.stringMatching(/^\S{20,}\n$/) };

  test('jwt-bearer', async () => {
    const home = makeHome();
    const assertion = idp().assertion();
    const words = at(only('jwt-bearer'), idp(), { '/var/run/secrets/tokens/id': fileWith(home, assertion), job: 'padlock-public' });
    await expect(runCli(words, { home, secrets: [assertion] })).resolves.toMatchObject(token);
    expect(idp().requests.at('token')[0]?.form).toMatchObject({ assertion, scope: 'read:reports' });
  });

  test('token-exchange', async () => {
    const home = makeHome();
    const { access } = await createPadlock({ ...idp().client('password', 'public'), ports: idp().human() }).authenticate();
    const elsewhere = {
      'caller.jwt': fileWith(home, access.value),
      shop: 'padlock-public',
      'https://stock.example.com': 'https://api.percy.test',
    };
    const words = at(only('token-exchange'), idp(), elsewhere);
    await expect(runCli(words, { home, secrets: [access.value] })).resolves.toMatchObject(token);
    expect(idp().requests.at('token').at(-1)?.form).toMatchObject({ subject_token: access.value, audience: 'https://api.percy.test' });
  });

  test('refresh-token', async () => {
    const home = makeHome();
    const { username, password } = idp().user;
    const env = envOf(idp().client('password', 'public'));
    const first = await runCli(['auth', '--json', '--show-tokens=all', '--no-store'], {
      home,
      env: { ...env, PADLOCK_USERNAME: username, PADLOCK_PASSWORD: password },
    });
    const token = (JSON.parse(first.stdout) as { tokens: { refresh: { value: string } } }).tokens.refresh.value;
    const file = join(home, 'token.txt');
    writeFileSync(file, token, { mode: 0o600 });
    const [auth = [], next = []] = exampleOf('refresh-token');
    const words = at(auth, idp(), { 'token.txt': file, cli: 'padlock-public' });
    await expect(runCli(words, { home, secrets: [token] })).resolves.toMatchObject(signedIn);
    await expect(runCli(next, { home })).resolves.toMatchObject({ code: 0 });
  });
});
