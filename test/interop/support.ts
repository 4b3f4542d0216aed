/** What the interop tests share: the servers' own description of themselves, one call of the packed CLI, and the line it earns in the matrix. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { type CliResult, padlock } from '../support/cli.ts';

export interface Client {
  readonly id: string;
  readonly secret?: string;
}
export interface Server {
  readonly user: {
    readonly username: string;
    readonly password: string;
    readonly name: string;
    readonly email: string;
    readonly nickname?: string;
  };
  readonly clients: Readonly<Record<'confidential' | 'odd' | 'service' | 'public', Client>>;
}

type ServerName = 'LEMONLDAP' | 'GLEWLWYD' | 'GLEWLWYD_TLS' | 'JMONDI' | 'DJANGO' | 'OIDC_PROVIDER' | 'MOCK';

/** The document a start script printed. */
export const document = <S>(name: ServerName): S => JSON.parse(process.env[`INTEROP_${name}`] as string) as S;

export interface SignIn {
  readonly issuer: string;
  readonly client: Client;
  readonly flow?: 'password' | 'client-credentials';
  readonly auth?: string;
  readonly verifier?: string;
  readonly scope?: string;
  readonly username?: string;
  readonly password?: string;
  readonly verificationSecret?: string;
  readonly format?: 'json' | 'yaml' | 'table';
  readonly more?: readonly string[];
}

/** `padlock auth` with everything on the command line but the secrets, which travel in the environment. */
export function signIn({ issuer, client, flow = 'password', ...s }: SignIn): Promise<CliResult> {
  const option = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [`--${name}`, value]);
  const args = ['auth', '--flow', flow, '--issuer', issuer, '--client-id', client.id, '--scope', s.scope ?? 'openid profile email'];
  const more = [
    ...option('username', s.username),
    ...option('client-auth', s.auth),
    ...option('verifier', s.verifier),
    ...option('format', s.format),
  ];
  const secrets = { PADLOCK_CLIENT_SECRET: client.secret, PADLOCK_PASSWORD: s.password, PADLOCK_VERIFICATION_SECRET: s.verificationSecret };
  const env = Object.fromEntries(Object.entries(secrets).filter((pair): pair is [string, string] => pair[1] !== undefined));
  return padlock([...args, ...more, ...(s.more ?? [])], { env });
}

export interface Session {
  readonly schema: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly flow: string;
  readonly user: { readonly id: string; readonly name?: string; readonly email?: string; readonly nickname?: string } | null;
  readonly claims: Readonly<Record<string, unknown>> | null;
  readonly tokens: {
    readonly access: {
      readonly type: string;
      readonly expires_in: number;
      readonly scope: readonly string[];
      readonly verified: { readonly by: string | null; readonly reason?: string };
    };
    readonly id?: { readonly verified: { readonly by: string; readonly alg: string; readonly kid: string | null } } | null;
    readonly refresh: { readonly present: boolean };
  };
}

const schema = JSON.parse(readFileSync(join(process.cwd(), 'schema/session.schema.json'), 'utf8')) as Record<string, unknown>;
const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

/** The one document on stdout, which the shipped schema must accept; stderr is silent, warnings are in the document. */
export function session({ code, stdout, stderr }: CliResult, format: 'json' | 'yaml' = 'json'): Session {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const answer: unknown = format === 'json' ? JSON.parse(stdout) : parse(stdout);
  expect(valid(answer) ? [] : valid.errors).toEqual([]);
  return answer as Session;
}

export interface Failure {
  readonly code: string;
  readonly category: string;
  readonly exit: number;
  readonly message: string;
  readonly hint?: string;
  readonly retryable: boolean;
  readonly oauth_error?: string;
  readonly http_status?: number;
}

/** The error document, which is all of stderr; stdout must be empty and the exit code the document's own. */
export function failure({ code, stdout, stderr }: CliResult): Failure {
  expect(stdout).toBe('');
  const { error } = JSON.parse(stderr) as { readonly error: Failure };
  expect(error.exit).toBe(code);
  return error;
}

/** Notes that this combination signed in; the lines are printed at the end. */
export const passed = (...cells: readonly [server: string, flow: string, signature: string, clientAuth: string]): void =>
  appendFileSync(join(process.env.INTEROP_STATE as string, 'matrix'), `${cells.join('\t')}\n`);

/** One line of the matrix flow × server × client authentication. */
export interface Cell {
  readonly server: string;
  /** A flow, or an extra of one. */
  readonly flow: string;
  /** `any` where it makes no difference. */
  readonly auth: string;
  /** `pass`, or `not offered: ` and the server's own words. */
  readonly outcome: string;
}

/** Puts a cell into the matrix that is printed at the end. */
export const noted = (cell: Cell): void => appendFileSync(join(process.env.INTEROP_STATE as string, 'cells'), `${JSON.stringify(cell)}\n`);
