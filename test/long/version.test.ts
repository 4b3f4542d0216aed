/** The bin answers a lone `--version` without loading the program; nobody may be able to tell. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BIN, PACKAGE } from '../support/cli.ts';

/** The program itself, behind the bin's short cut. */
const MAIN = ['main.cjs', 'main.js'].map((name) => join(PACKAGE, 'dist/bin', name)).find((path) => existsSync(path));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const outcome = (program: string, words: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...words], { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
      });
    child.on('close', (status) => resolve({ status, ...text }));
  });

test('the program behind the bin is found', () => {
  expect({ MAIN, beside: readdirSync(join(PACKAGE, 'dist/bin')).length > 1 }).toMatchObject({ MAIN: expect.any(String), beside: true });
});

const word = fc.constantFrom(
  '--version',
  '-V',
  'version',
  '-v',
  '',
  '--',
  '-',
  '--version=true',
  '--Version',
  '-VV',
  '--json',
  'auth',
  '-q',
  '--no-color',
);
const ALWAYS: [string[]][] = [
  [['--version']],
  [['-V']],
  [['version']],
  [['version', '--json']],
  [['--version', '--version']],
  [['-V', 'auth']],
  [[]],
];

test('the bin and the program say the same, byte for byte', async () => {
  const property = fc.asyncProperty(fc.array(word, { maxLength: 3 }), async (words) => {
    const [short, whole] = await Promise.all([outcome(BIN, words), outcome(MAIN as string, words)]);
    expect({ words, ...short }).toEqual({ words, ...whole });
  });
  await fc.assert(property, { numRuns: 20, examples: ALWAYS });
}, 60_000);
