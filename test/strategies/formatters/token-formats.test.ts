/** The formats that hand a token to another program; each is read back by that program, or by its documented schema. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { NodeFiles } from '../../../src/cli/node-files.ts';
import { nodeHost } from '../../../src/cli/node-host.ts';
import { createContainer, provide } from '../../../src/core/inject.ts';
import { Files, Host } from '../../../src/core/ports.ts';
import { Registry } from '../../../src/core/registry.ts';
import { listView, type View } from '../../../src/core/view.ts';
import { strategies } from '../../../src/strategies/index.ts';

const PLAIN = { width: undefined, colour: false };
const NAMES = strategies.filter((one) => one.kind === 'formatter' && one.token !== undefined).map(({ name }) => name);

const access = (token: string, more: object = {}): View => ({
  columns: [],
  rows: [],
  document: { schema: 'padlock/token/1', access_token: token, token_type: 'Bearer', ...more },
  bare: token,
});
const id = (token: string): View => ({
  columns: [],
  rows: [],
  document: { schema: 'padlock/id-token/1', id_token: token, expires_at: '2026-11-23T11:00:00Z' },
  bare: token,
});

/** What `--format NAME` prints in this environment. */
async function printed(name: string, view: View, env: Record<string, string> = {}): Promise<string> {
  const container = createContainer();
  provide(container, Host, nodeHost(env));
  provide(container, Files, new NodeFiles());
  const registry = new Registry(container);
  for (const strategy of strategies) if (strategy.kind === 'formatter') registry.add(strategy);
  return (await registry.use('formatter', name)).format(view, PLAIN);
}

/** Anything that RFC 6749 lets a token be. */
const tokens = fc.stringMatching(/^[\x21-\x7e]{1,80}$/);

describe.each(NAMES)('the format %s', (name) => {
  test('is for tokens and says so', async () => {
    const list = listView('Sessions', [], [], 'sessions');
    await expect(printed(name, list)).rejects.toMatchObject({
      code: 'usage_bad_value',
      hint: `It is for the command token: padlock token --format ${name}.`,
    });
  });

  test.each(['', 'a b', 'a\nb', 'a\r\nX-Evil: 1', 'ä', '\u001b[2J', 'a\0b'])('refuses the token %j', async (token) => {
    await expect(printed(name, access(token))).rejects.toMatchObject({ code: 'proto_bad_shape' });
  });
});

test('header and curl-config say whose scheme it is', async () => {
  await expect(printed('header', access('abc'))).resolves.toBe('Authorization: Bearer abc');
  await expect(printed('header', id('a.b.c'))).resolves.toBe('Authorization: Bearer a.b.c');
  await expect(printed('curl-config', access('a"b\\c'))).resolves.toBe('header = "Authorization: Bearer a\\"b\\\\c"');
});

describe('a token that is bound to a key', () => {
  const bound = { token_type: 'DPoP', dpop_proof: 'x.y.z' };
  test('goes with its proof where there is room for both', async () => {
    await expect(printed('header', access('abc', bound))).resolves.toBe('Authorization: DPoP abc\nDPoP: x.y.z');
    await expect(printed('curl-config', access('abc', bound))).resolves.toBe('header = "Authorization: DPoP abc"\nheader = "DPoP: x.y.z"');
  });

  test.each(['header', 'curl-config'])('is not handed on without one: %s', async (name) => {
    await expect(printed(name, access('abc', { token_type: 'DPoP' }))).rejects.toMatchObject({
      code: 'usage_conflict',
      hint: expect.stringContaining('--proof-for'),
    });
  });

  test.each(['env', 'dotenv', 'github-env', 'kubectl'])('is not handed on where no proof can go with it: %s', async (name) => {
    await expect(printed(name, access('abc', bound))).rejects.toMatchObject({ code: 'usage_conflict' });
  });
});

test('env is read back by a shell, whatever the token', async () => {
  await fc.assert(
    fc.asyncProperty(tokens, async (token) => {
      const line = await printed('env', access(token));
      const script = `eval "$LINE"; printf %s "$PADLOCK_ACCESS_TOKEN"`;
      expect(execFileSync('/bin/sh', ['-c', script], { env: { LINE: line }, encoding: 'utf8' })).toBe(token);
    }),
    { numRuns: 50 },
  );
  await expect(printed('env', id('a.b.c'))).resolves.toBe("export PADLOCK_ID_TOKEN='a.b.c'");
});

test('dotenv is read back by Node, or refused', async () => {
  await fc.assert(
    fc.asyncProperty(tokens, async (token) => {
      if (token.includes("'")) await expect(printed('dotenv', access(token))).rejects.toMatchObject({ code: 'proto_bad_shape' });
      else expect(parseEnv(await printed('dotenv', access(token)))).toEqual({ PADLOCK_ACCESS_TOKEN: token });
    }),
  );
  await expect(printed('dotenv', access('eyJ.a-b_c~d+e/f='))).resolves.toBe('PADLOCK_ACCESS_TOKEN=eyJ.a-b_c~d+e/f=');
});

describe('github-env', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'padlock-github-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('appends to the file of the step, and masks the token in the log', async () => {
    const path = join(folder, 'set_env');
    writeFileSync(path, 'BEFORE=1');
    await expect(printed('github-env', access('a%0Ab'), { GITHUB_ENV: path })).resolves.toBe('::add-mask::a%250Ab');
    await expect(printed('github-env', id('x.y.z'), { GITHUB_ENV: path })).resolves.toBe('::add-mask::x.y.z');
    expect(readFileSync(path, 'utf8')).toBe('BEFORE=1\nPADLOCK_ACCESS_TOKEN=a%0Ab\nPADLOCK_ID_TOKEN=x.y.z\n');
  });

  test('leaves the file readable for the runner, which may be another user', async () => {
    const path = join(folder, 'open');
    writeFileSync(path, '', { mode: 0o644 });
    await printed('github-env', access('abc'), { GITHUB_ENV: path });
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  test('says where it is for when there is no such file', async () => {
    await expect(printed('github-env', access('abc'))).rejects.toMatchObject({ code: 'usage_bad_value' });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});

describe('kubectl', () => {
  const GROUP = 'client.authentication.k8s.io';
  // https://kubernetes.io/docs/reference/config-api/client-authentication.v1/, the members of an answer
  const answer = new Ajv2020({ formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ } }).compile({
    type: 'object',
    required: ['apiVersion', 'kind', 'status'],
    additionalProperties: false,
    properties: {
      apiVersion: { enum: [`${GROUP}/v1`, `${GROUP}/v1beta1`] },
      kind: { const: 'ExecCredential' },
      status: {
        type: 'object',
        required: ['token'],
        additionalProperties: false,
        properties: { expirationTimestamp: { type: 'string', format: 'date-time' }, token: { type: 'string', minLength: 1 } },
      },
    },
  });
  const info = (apiVersion: string): Record<string, string> => ({
    KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } }),
  });
  const read = async (view: View, env?: Record<string, string>): Promise<unknown> => {
    const document: unknown = JSON.parse(await printed('kubectl', view, env));
    answer(document);
    expect(answer.errors).toBeNull();
    return document;
  };

  test('is an ExecCredential as documented, with and without an expiry', async () => {
    expect(await read(id('a.b.c'))).toEqual({
      apiVersion: `${GROUP}/v1`,
      kind: 'ExecCredential',
      status: { token: 'a.b.c', expirationTimestamp: '2026-11-23T11:00:00Z' },
    });
    expect(await read(access('abc'))).toMatchObject({ status: { token: 'abc' } });
  });

  test.each(['v1', 'v1beta1'])('answers in the version %s that it was asked in', async (version) => {
    expect(await read(id('a.b.c'), info(`${GROUP}/${version}`))).toMatchObject({ apiVersion: `${GROUP}/${version}` });
  });

  test.each([`${GROUP}/v1alpha1`, 'v1', 'not/known'])('refuses the version %s', async (version) => {
    await expect(printed('kubectl', id('a.b.c'), info(version))).rejects.toMatchObject({ code: 'usage_bad_value' });
  });

  test.each(['{', 'null', '[]', '1'])('refuses %s for a question', async (KUBERNETES_EXEC_INFO) => {
    await expect(printed('kubectl', id('a.b.c'), { KUBERNETES_EXEC_INFO })).rejects.toMatchObject({ code: 'usage_bad_value' });
  });
});
