/** Short forms for tests of the CLI. */
import { expect } from '@jest/globals';
import { EXIT_CODES } from '../../src/core/errors.ts';
import { type CliOptions, type CliResult, runCli } from '../support/cli.ts';

export interface Refused {
  readonly error: {
    readonly code: string;
    readonly category: string;
    readonly exit: number;
    readonly message: string;
    readonly hint?: string;
    readonly retryable: boolean;
  };
  readonly run: CliResult;
}

/** Runs a line that must fail; its error has `code`, that code's exit, and all its members (G5, G11). */
export async function refused(args: readonly string[], code: string, options: CliOptions = {}): Promise<Refused> {
  const run = await runCli([...args, '--json'], options);
  const { error } = JSON.parse(run.stderr) as Refused;
  const exit = EXIT_CODES.find(({ codes }) => codes.includes(code))?.exit;
  expect({ code: error.code, exit: run.code, said: error.exit, stdout: run.stdout }).toEqual({ code, exit, said: exit, stdout: '' });
  expect(error).toMatchObject({ message: expect.stringMatching(/./), retryable: expect.any(Boolean) });
  return { error, run };
}

/** A configuration file's folder and name, in a home. */
export const CONFIG = '.config/padlock/config.yaml';
