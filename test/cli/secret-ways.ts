/** Every way to give a secret to the command line, but the prompt, which no one can paste controls into. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { type CliOptions, type CliResult, makeHome, runCli } from '../support/cli.ts';
import { envOf } from '../support/sandbox.ts';
import { CONFIG } from './support.ts';

type Environment = Readonly<Record<string, string>>;

interface Given extends CliOptions {
  readonly args: readonly string[];
}

/** Robin at the HS256 client, without a password. */
export const robinAt = (idp: Sandbox): Environment => ({
  ...envOf(idp.client('password')),
  PADLOCK_FLOW: 'password',
  PADLOCK_USERNAME: idp.user.username,
});

function profile(robin: Environment, home: string, secret: string, reference: string): Given {
  mkdirSync(join(home, '.config/padlock'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, '.config/padlock/secret'), `${secret}\n`);
  const { PADLOCK_ISSUER, PADLOCK_CLIENT_ID, PADLOCK_CLIENT_SECRET } = robin;
  const text = `profiles:\n  p: { issuer: "${PADLOCK_ISSUER}", client_id: ${PADLOCK_CLIENT_ID}, client_secret: "${PADLOCK_CLIENT_SECRET}", verifier: shared-secret, flow: password, username: robin@percy.test, password: ${reference} }\n`;
  writeFileSync(join(home, CONFIG), text, { mode: 0o600 });
  return { args: ['-p', 'p'], secrets: [secret] };
}

function file(home: string, content: string): string {
  const path = join(home, 'secret');
  writeFileSync(path, content);
  return path;
}

const WAYS: Readonly<Record<string, (secret: string, home: string, robin: Environment) => Given>> = {
  '--password': (secret, _, env) => ({ args: [`--password=${secret}`], env }),
  '--password-stdin': (secret, _, env) => ({ args: ['--password-stdin'], input: secret, env }),
  '--password-stdin with a line end': (secret, _, env) => ({ args: ['--password-stdin'], input: `${secret}\n`, env }),
  '--password-stdin with a line end of Windows': (secret, _, env) => ({ args: ['--password-stdin'], input: `${secret}\r\n`, env }),
  '--password-file': (secret, home, env) => ({ args: ['--password-file', file(home, `${secret}\n`)], secrets: [secret], env }),
  'C21: --password-file -': (secret, _, env) => ({ args: ['--password-file', '-'], input: `${secret}\n`, secrets: [secret], env }),
  PADLOCK_PASSWORD: (secret, _, env) => ({ args: [], env: { ...env, PADLOCK_PASSWORD: secret } }),
  PADLOCK_PASSWORD_FILE: (secret, home, env) => ({
    args: [],
    env: { ...env, PADLOCK_PASSWORD_FILE: file(home, secret) },
    secrets: [secret],
  }),
  'a file that the profile names': (secret, home, robin) => profile(robin, home, secret, '{ file: secret }'),
  'a variable that the profile names': (secret, home, robin) => ({
    ...profile(robin, home, secret, '{ env: MY_SECRET }'),
    env: { MY_SECRET: secret },
  }),
  'a program that the profile names': (secret, home, robin) =>
    profile(robin, home, secret, `{ command: [cat, "${join(home, '.config/padlock/secret')}"] }`),
};

export const SECRET_WAYS: readonly string[] = Object.keys(WAYS);

/** `padlock auth` as Robin, with the password given in one of the ways. */
export function deliver(idp: Sandbox, way: string, password: string): Promise<CliResult> {
  const home = makeHome();
  const { args, ...options } = (WAYS[way] as (typeof WAYS)[string])(password, home, robinAt(idp));
  return runCli(['auth', ...args], { home, ...options });
}
