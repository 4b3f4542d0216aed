import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { PadlockOptions } from '../../src/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { password, refresh } from '../sandbox/support.ts';
import { certificate } from '../support/certificate.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

/** Plain Node programs need plain JavaScript: the module, bundled two folders below the root. */
beforeAll(async () => {
  folder = await mkdtemp(join(root, '.sandbox-test-'));
  await build({
    entryPoints: [join(root, 'src/sandbox/index.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'module/index.mjs'),
    logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true }));

const program = async (name: string, code: string): Promise<string> => {
  const path = join(folder, `module/${name}.mjs`);
  await writeFile(path, `import { startSandbox } from './index.mjs';\nconst idp = await startSandbox();\n${code}\n`);
  return path;
};
const gone = async (issuer: string): Promise<boolean> =>
  fetch(`${issuer}/jwks`).then(
    () => false,
    () => true,
  );
async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 5000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('It did not happen within 5 seconds.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const SIGN_IN = `const { clientId, clientSecret } = idp.client('password');
const body = new URLSearchParams({ grant_type: 'password', ...idp.user, client_id: clientId, client_secret: clientSecret, scope: 'openid' });
const answer = await (await fetch(idp.issuer + '/token', { method: 'POST', body })).json();
if (!answer.id_token) throw new Error('no ID token');
`;

describe('the process of a sandbox', () => {
  test('ends with close(), which may be called twice', async () => {
    const idp = await startSandbox();
    await idp.close();
    await idp.close();
    expect(await gone(idp.issuer)).toBe(true);
  });

  test('ends with `await using`', async () => {
    let issuer = '';
    {
      const idp = await startSandbox();
      issuer = idp.issuer;
      await idp[Symbol.asyncDispose]();
    }
    expect(await gone(issuer)).toBe(true);
  });

  test('lets a program that closes it end by itself, with nothing printed', async () => {
    const path = await program('closes', `${SIGN_IN}await idp.close();`);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [path], { timeout: 10_000 });
    expect([stdout, stderr]).toEqual(['', '']);
  });

  test('lets a program that forgets to close it end too, and ends with it', async () => {
    const path = await program('forgets', `${SIGN_IN}console.log(idp.issuer);`);
    const { stdout } = await promisify(execFile)(process.execPath, [path], { timeout: 10_000 });
    await eventually(() => gone(stdout.trim()));
  });

  test('ends when its parent is killed', async () => {
    const path = await program('killed', 'console.log(idp.issuer);\nsetInterval(() => {}, 1000);');
    const parent = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const issuer = await new Promise<string>((resolve) => parent.stdout.once('data', (data) => resolve(String(data).trim())));
    // A parent that is stopped cannot answer; it has to be alive for this.
    expect(await gone(issuer)).toBe(false);
    parent.kill('SIGKILL');
    await eventually(() => gone(issuer));
  });

  test('shows no secret in the list of processes', async () => {
    const path = await program(
      'listed',
      `import { execFileSync } from 'node:child_process';
const list = execFileSync('ps', ['-eo', 'args']).toString() + execFileSync('sh', ['-c', 'cat /proc/[0-9]*/environ 2>/dev/null || true']).toString('latin1');
console.log(Object.values(idp.state().secrets).filter((secret) => list.includes(secret)).length, list.includes('provider.js'));
await idp.close();`,
    );
    expect((await promisify(execFile)(process.execPath, [path], { timeout: 10_000 })).stdout.trim()).toBe('0 true');
  });
});

describe('a sandbox', () => {
  test('is the same one again with the state of the first: port, keys and secrets', async () => {
    const first = await startSandbox();
    const state = JSON.parse(JSON.stringify(first.state()));
    const keys = await (await fetch(`${first.issuer}/jwks`)).json();
    await first.close();
    const second = await startSandbox(state);
    expect(second.issuer).toBe(first.issuer);
    expect(second.client('password')).toEqual(first.client('password'));
    expect(await (await fetch(`${second.issuer}/jwks`)).json()).toEqual(keys);
    await second.close();
  });

  test('has new keys and secrets each time otherwise', async () => {
    const [one, two] = await Promise.all([startSandbox(), startSandbox()]);
    expect(one.client('password').clientSecret).not.toBe(two.client('password').clientSecret);
    expect(one.state().keys.map(({ kid }) => kid)).not.toEqual(two.state().keys.map(({ kid }) => kid));
    expect(Math.min(...Object.values(one.state().secrets).map(({ length }) => length))).toBeGreaterThanOrEqual(32);
    await Promise.all([one.close(), two.close()]);
  });

  test('says so when its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(startSandbox({ port })).rejects.toMatchObject({ code: 'net_connect', message: `Port ${port} on 127.0.0.1 is in use.` });
    other.close();
  });

  test('says why it did not start', async () => {
    await expect(startSandbox({ keys: [{ kty: 'RSA', kid: 'broken' }] })).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('jwks.keys[0]'),
    });
  });

  test('says at close() that it was killed', async () => {
    const idp = await startSandbox();
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,ppid,args']);
    const line = stdout.split('\n').filter((text) => text.includes(` ${process.pid} `) && text.includes('provider.js'));
    for (const text of line) process.kill(Number(text.trim().split(' ')[0]), 'SIGKILL');
    await eventually(() => gone(idp.issuer));
    await expect(idp.close()).rejects.toThrow('SIGKILL');
  });

  test('adds its delay to every answer', async () => {
    const idp = await startSandbox({ delay: 50 });
    for (const call of [() => fetch(`${idp.issuer}/jwks`), () => password(idp), () => refresh(idp, 'none')]) {
      const begin = performance.now();
      await call();
      expect(performance.now() - begin).toBeGreaterThanOrEqual(48);
    }
    await idp.close();
  });

  test('speaks https with a certificate it is given, and its human trusts that', async () => {
    const tls = certificate();
    const idp = await startSandbox({ tls });
    const keys = await new Promise<string>((resolve, reject) => {
      get(`${idp.issuer}/jwks`, { ca: tls.cert }, (response) => response.setEncoding('utf8').on('data', resolve)).on('error', reject);
    });
    expect([idp.issuer, JSON.parse(keys).keys.length]).toEqual([`https://127.0.0.1:${idp.port}`, 3]);
    expect(idp.client('password').ca).toBe(tls.cert);
    const query = new URLSearchParams({
      client_id: 'padlock-hs256',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:1/callback',
      scope: 'openid',
    });
    await expect(idp.human().browser.open(`${idp.issuer}/authorize?${query.toString()}`)).rejects.toThrow('ECONNREFUSED 127.0.0.1:1');
    await idp.close();
  });

  test('knows its variants', async () => {
    const idp = await startSandbox();
    const options: PadlockOptions = idp.client('password');
    expect(options).toMatchObject({
      issuer: idp.issuer,
      clientId: 'padlock-hs256',
      flow: 'password',
      verifier: 'shared-secret',
    });
    expect(idp.client('client-credentials')).toEqual({
      issuer: idp.issuer,
      clientId: 'padlock-service',
      clientSecret: expect.any(String),
      flow: 'client-credentials',
      scope: ['read:reports'],
    });
    expect(idp.client('password', 'basic')).toMatchObject({ clientAuth: 'client-secret-basic', verifier: 'jwks' });
    expect(idp.client('password', 'public')).not.toHaveProperty('clientSecret');
    expect(() => idp.client('password', 'rs1' as 'rs256')).toThrow(/known: hs256, rs256/);
    await idp.close();
  });
});
