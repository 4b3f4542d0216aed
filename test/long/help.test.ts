/** What help looks like: conventions.md C27, C28, and that it fits the terminal. */
import { describe, expect, test } from '@jest/globals';
import { commands } from '../../src/cli/commands/index.ts';
import { TOPICS } from '../../src/cli/topic-names.ts';
import { EXIT_CODES } from '../../src/core/errors.ts';
import { homeWithWork, runHere } from '../cli/in-process.ts';
import { runCli, runCliTty } from '../support/cli.ts';
import { expectGolden } from '../support/golden.ts';

/** Without colours, and without what a terminal driver adds. */
const lines = (screen: string): string[] => screen.replaceAll('\r', '').split('\n');

describe('help', () => {
  test.each([...commands.map(({ name }) => name), ...TOPICS, ''])('on %s fits 40 columns and cuts nothing', async (word) => {
    const { code, stdout } = await runHere(['help', ...(word ? [word] : [])], { home: homeWithWork(), columns: 40 });
    expect(code).toBe(0);
    // A word that is too long stays whole.
    expect(lines(stdout).filter((line) => line.length > 40 && line.trim().includes(' '))).toEqual([]);
    expect(stdout).not.toContain('…');
  });

  test('of the program and of auth is what it was, at 80 columns and at 40', async () => {
    expectGolden('help.80.txt', (await runCli(['--help'])).stdout.trimEnd());
    expectGolden('help-auth.80.txt', (await runCli(['auth', '--help'])).stdout.trimEnd());
    expectGolden(
      'help-auth.40.txt',
      lines((await runCliTty(['auth', '--help'], { columns: 40 })).screen)
        .join('\n')
        .trimEnd(),
    );
  });

  test('leads with examples that can be typed', async () => {
    for (const { examples, name } of commands) {
      expect(examples.length).toBeGreaterThan(0);
      expect(examples[0]?.[0]).toMatch(new RegExp(`^padlock ${name}\\b`));
    }
    const { stdout } = await runCli(['token', '--help']);
    expect(stdout.indexOf('padlock token -p ci')).toBeLessThan(stdout.indexOf('Usage:'));
  });

  test('shows the ways to give a secret and not the bare flag, tagged with its flow', async () => {
    const { stdout } = await runCli(['auth', '--help']);
    expect(stdout).toMatch(/--password-file FILE [^[]*\[password\b/);
    expect(stdout).toMatch(/--password-stdin [^[]*\[password\b/);
    expect(stdout).not.toMatch(/--password[ ,]|--client-secret[ ,]/);
  });

  test('L14: prints no values of the environment', async () => {
    const env = { PADLOCK_PASSWORD: 'correct-horse', PADLOCK_ISSUER: 'https://seen.example', PADLOCK_USERNAME: 'robin@seen.example' };
    const { stdout } = await runCli(['auth', '--help'], { env });
    expect(stdout).not.toContain('seen.example');
  });

  test('is given although the configuration cannot be read', async () => {
    const { code, stderr, stdout } = await runCli(['auth', '--help'], { env: { PADLOCK_CONFIG: 'nosuch.yaml' } });
    expect({ code, start: stdout.slice(0, 13) }).toEqual({ code: 0, start: 'padlock auth:' });
    expect(stderr).toMatch(/^Warning: .*\[config_not_found\]\n$/);
  });
});

describe('padlock help exit-codes', () => {
  test('lists every code', async () => {
    const { stdout } = await runCli(['help', 'exit-codes']);
    expectGolden('exit-codes.txt', stdout.trimEnd());
    for (const code of EXIT_CODES.flatMap(({ codes }) => codes)) expect(stdout).toContain(code);
  });

  test('is a list of records for programs', async () => {
    const { stdout } = await runCli(['help', 'exit-codes', '--json']);
    const { exit_codes: records } = JSON.parse(stdout) as { exit_codes: { exit: number; code: string; retryable: boolean }[] };
    expect(records.map(({ code, exit }) => [code, exit])).toEqual(
      EXIT_CODES.flatMap(({ codes, exit }) => codes.map((code) => [code, exit])),
    );
    expect(records.find(({ code }) => code === 'net_timeout')?.retryable).toBe(true);
  });
});

test.each(['flows', 'formats', 'environment'])('padlock help %s is a document for programs too', async (topic) => {
  const { stdout } = await runCli(['help', topic, '-o', 'yaml']);
  expect(stdout).toMatch(new RegExp(`^schema: padlock/${topic}/1\n${topic}:\n  - name: `));
});

test('C33: help environment names the variable of every option, and none of a flag that has none', async () => {
  const { stdout } = await runCli(['help', 'environment']);
  for (const name of ['PADLOCK_ISSUER', 'PADLOCK_PASSWORD', 'PADLOCK_PASSWORD_FILE', 'PADLOCK_CONFIG', 'NO_COLOR', 'HTTPS_PROXY'])
    expect(stdout).toContain(name);
  expect(stdout).not.toMatch(/PADLOCK_(JSON|SANDBOX|SAVE|HELP|PLUGIN)\b/);
});
