import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startSandbox } from 'padlock-auth/sandbox';

const run = promisify(execFile);
let idp;
let home;
before(async () => {
  idp = await startSandbox();
  home = await mkdtemp(join(tmpdir(), 'acme-'));
});
after(async () => {
  await idp.close();
  await rm(home, { recursive: true });
});

const acme = (...args) => {
  const { issuer, clientId, clientSecret } = idp.client('password', 'rs256');
  const secrets = { PADLOCK_CLIENT_SECRET: clientSecret, PADLOCK_PASSWORD: 'pa55word' };
  const env = { PATH: process.env.PATH, HOME: home, ACME_ISSUER: issuer, ACME_CLIENT_ID: clientId, ...secrets };
  return run(process.execPath, ['acme.js', ...args], { env });
};

test('acme login prints who signed in', async () => {
  const { stdout } = await acme('login', '--username', 'robin@percy.test');
  assert.match(stdout, /Robin Percy/);
});

test('acme logout ends well, whoever was signed in', async () => {
  await acme('logout');
});

test('acme --help speaks of acme', async () => {
  const { stdout } = await acme('--help');
  assert.match(stdout, /acme login/);
});
