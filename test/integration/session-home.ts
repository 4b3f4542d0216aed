/** One home for several commands, and what is kept in it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { type CliResult, makeHome, runCli } from '../support/cli.ts';
import { envOf } from '../support/sandbox.ts';
import { valid } from './documents.ts';

export class SessionHome {
  readonly path = makeHome();
  /** Where the file store is. */
  readonly folder = join(this.path, '.local/state/padlock/sessions');
  readonly #idp: Sandbox;

  constructor(idp: Sandbox) {
    this.#idp = idp;
  }

  readonly padlock = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
    runCli(args, { home: this.path, env });

  /** As a public client, so that nothing is needed to refresh but what was stored. */
  readonly signIn = (args: readonly string[] = [], password = this.#idp.user.password): Promise<CliResult> =>
    runCli(['auth', '-q', ...args, '--username', this.#idp.user.username, '--password-stdin'], {
      home: this.path,
      env: envOf(this.#idp.client('password', 'public')),
      input: `${password}\n`,
    });

  /** What is kept: sessions, and which is the current one. */
  entries(): readonly string[] {
    return readdirSync(this.folder).filter((name) => /^[\w-]{20,}/.test(name));
  }
}

/** The error document of a run. */
export const failure = ({ stderr }: CliResult): unknown => valid<{ readonly error: unknown }>('error', JSON.parse(stderr)).error;
