/** What goes where, and how it looks there: conventions.md C1–C13, C34; hardening.md I13–I15, I17, L2. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { CONFIG } from '../cli/support.ts';
import { BIN, makeHome, runCli, runCliTty } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const robin = (): Record<string, string> => ({
  ...envOf(idp().client('password')),
  PADLOCK_FLOW: 'password',
  PADLOCK_USERNAME: idp().user.username,
  PADLOCK_PASSWORD: idp().user.password,
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours begin with
const COLOUR = /\u001b\[\d+m/;

let home: string;
beforeAll(() => {
  home = makeHome();
  mkdirSync(join(home, '.config/padlock'), { recursive: true });
  const long = 'https://an-issuer-with-a-long-name.example/realms/engineering';
  writeFileSync(join(home, CONFIG), `profiles:\n  work: { issuer: "${long}" }\n  ci: { issuer: "${long}" }\n`, { mode: 0o600 });
});

test('on a terminal messages break between words; in a pipe they do not break', async () => {
  const line = ['token', '--issuer', 'https://id.example.test', '--client-id', 'acme', '--flow', 'password'];
  const { stderr } = await runCli(line);
  const { screen } = await runCliTty(line, { columns: 40 });
  const lines = screen.replaceAll('\r', '').trimEnd().split('\n');
  expect(lines.every((each) => each.length <= 40)).toBe(true);
  expect(`${lines.join(' ')}\n`).toBe(stderr.replace('\n', ' '));
});

describe('C9, C10: colours', () => {
  const list = ['config', 'list'];
  const onTerminal = async (args: readonly string[], env: Record<string, string>): Promise<boolean> =>
    COLOUR.test((await runCliTty(args, { home, env, columns: 200 })).screen);

  test.each<[string, readonly string[], Record<string, string>, boolean]>([
    ['nothing said', list, {}, true],
    ['NO_COLOR', list, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', list, { NO_COLOR: '' }, true],
    ['PADLOCK_NO_COLOR', list, { PADLOCK_NO_COLOR: '1' }, false],
    ['--no-color', [...list, '--no-color'], {}, false],
    ['TERM=dumb', list, { TERM: 'dumb' }, false],
    ['FORCE_COLOR=0', list, { FORCE_COLOR: '0' }, false],
    ['CI', list, { CI: '1' }, true],
    ['--no-color beside FORCE_COLOR', [...list, '--no-color'], { FORCE_COLOR: '1' }, false],
  ])('on a terminal with %s', async (_, args, env, expected) => {
    expect(await onTerminal(args, env)).toBe(expected);
  });

  test.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [{ CI: '1' }, false],
  ])('into a pipe with %j; nothing is said about it', async (env, expected) => {
    const { stderr, stdout } = await runCli(list, { home, env });
    expect({ colour: COLOUR.test(stdout), stderr }).toEqual({ colour: expected, stderr: '' });
  });

  test('never in a document', async () => {
    expect((await runCli([...list, '--json'], { home, env: { FORCE_COLOR: '1' } })).stdout).not.toMatch(COLOUR);
  });
});

describe('I17, C13: width', () => {
  test.each([1, 10, 20, 40, 80, 10_000])('%d columns hold the table', async (columns) => {
    const { code, screen } = await runCliTty(['auth', '-q', '--no-color'], { env: robin(), columns });
    expect(code).toBe(0);
    const longest = Math.max(...screen.split(/\r?\n/).map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(Math.max(columns, 20));
    expect(screen.replace(/\s+/g, '')).toContain('RobinPercy');
  });

  test('COLUMNS counts on a terminal and not in a pipe', async () => {
    const { screen } = await runCliTty(['config', 'list', '--no-color'], { home, columns: 120, env: { COLUMNS: '40' } });
    expect(screen).toMatch(/^ {2}work\r?\n {6}https/m);
    const { stdout } = await runCli(['config', 'list'], { home, env: { COLUMNS: '40' } });
    expect(stdout).toContain('https://an-issuer-with-a-long-name.example/realms/engineering');
  });

  test.each([40, 80, 100])('nothing of a list is cut at %d columns', async (columns) => {
    for (const args of [['config', 'list'], ['config', 'show', '--origin', '-p', 'work'], ['strategies'], ['help', 'environment']]) {
      const { screen } = await runCliTty(args, { home, columns });
      expect({ args, cut: screen.includes('…') }).toEqual({ args, cut: false });
    }
  });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function end(child: ChildProcess): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...text })));
}
const env = { PATH: process.env.PATH, HOME: '/nonexistent' };

/** More of these are rows of the fault matrix (I13–I15). */
describe('a stream that goes away', () => {
  (existsSync('/dev/full') ? test : test.skip)('I14: a full disk is io_output, exit 9', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [BIN, 'help', 'environment'], { env, stdio: ['ignore', full, 'pipe'] });
    const { code, stderr } = await end(child);
    expect({ code, stderr }).toEqual({
      code: 9,
      stderr: 'Error: The answer could not be written (ENOSPC). [io_output]\nHint: Check where the output goes.\n',
    });
  });

  test('I15: without stderr the exit code is right all the same', async () => {
    for (const [words, expected] of [
      ['auth --nosuch', 2],
      ['auth --no-input', 2],
      ['help flows', 0],
    ] as const) {
      const child = spawn('/bin/sh', ['-c', `exec "${process.execPath}" "${BIN}" ${words} 2>&-`], {
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect((await end(child)).code).toBe(expected);
    }
  });
});

test('an answer arrives whole in a pipe that is full and does not wait, as some programs leave theirs', async () => {
  const words = ['strategies', '--format', 'json'];
  const leave = 'use Fcntl; fcntl(STDOUT, F_SETFL, O_NONBLOCK | O_WRONLY) or die; fcntl(STDOUT, 1031, 4096) or die; exec @ARGV'; // 1031: F_SETPIPE_SZ
  const line = `perl -e '${leave}' "$@" | { sleep 0.5; cat; }`;
  const child = spawn('/bin/sh', ['-c', line, 'sh', process.execPath, BIN, ...words], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const { stdout } = await end(child);
  expect(stdout.length).toBeGreaterThan(10_000);
  expect(stdout).toBe((await runCli(words)).stdout);
});

describe('C34, L2: --debug', () => {
  test('tells each request in a line of JSON, without secrets (the harness looks for them)', async () => {
    const { code, stderr, stdout } = await runCli(['auth', '--debug', '-q'], { env: robin() });
    expect(code).toBe(0);
    expect(stdout).toContain('Robin Percy');
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string | number>);
    const requests = events.filter(({ msg }) => msg === 'http').map(({ method, path, status }) => `${method} ${path} ${status}`);
    expect(requests).toEqual(['GET /.well-known/openid-configuration 200', 'POST /token 200']);
  });

  test('tells where a failure was thrown', async () => {
    const { stderr } = await runCli(['auth', '--debug', '--flow', 'nosuch'], {});
    expect(stderr).toMatch(/^Error: There is no flow[^\n]*\nHint: [^\n]*\nat /);
  });

  test('C6: and nothing of that is said without it', async () => {
    const { stderr } = await runCli(['auth', '--accept-deprecated'], { env: robin() });
    expect(stderr).toBe('');
  });

  test('-v says what is done', async () => {
    const { stderr } = await runCli(['auth', '-v', '-q'], { env: robin() });
    expect(stderr).toContain('/token');
  });
});
