/** Plugins as their user meets them: hardening.md P1–P4, P6, P7, P12, and interface.md's rule of trust. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { refused } from '../cli/support.ts';
import { makeHome, runCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();

/** interface.md's example, where the flow is a word of its own. */
const plugin = (acquire: string, name = 'sms-pin'): string => `export default { apiVersion: 1, name: 'acme', strategies: [{
  kind: 'grant', name: '${name}', summary: 'sign in with a PIN sent by SMS', interactive: true,
  options: { username: { type: 'string', summary: 'who signs in', required: true, identity: true },
             pin: { type: 'string', summary: 'the PIN', required: true, secret: true, prompt: 'PIN from the SMS' } },
  ${acquire} }] };\n`;
const GOOD = plugin("acquire: ({ username, pin }, host) => host.exchange('password', { username, password: pin })");

let home: string;
let file: string;
beforeEach(() => {
  home = makeHome();
  file = join(home, 'sms-pin.mjs');
  writeFileSync(file, GOOD);
});

const env = (): Record<string, string> => ({
  ...envOf(idp().client('password')),
  PADLOCK_FLOW: 'sms-pin',
  PADLOCK_USERNAME: 'robin@percy.test',
  PADLOCK_PIN: 'pa55word',
});

describe('a plugin', () => {
  test('signs in when it is typed, and its options are in the help', async () => {
    const run = await runCli(['auth', '--plugin', file], { home, env: env() });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Robin Percy') });
    const { stdout } = await runCli(['auth', '-h', '--plugin', file], { home });
    expect(stdout).toMatch(/--pin-file FILE +the PIN, from a file \[sms-pin\]/);
    expect(stdout).toMatch(/who signs in \[password,[\s\w-]*,\s+sms-pin\]/);
  });

  test('that was added is there; changed it is refused until it is added again; it can be listed and removed all the while', async () => {
    const state = async (): Promise<unknown> => JSON.parse((await runCli(['plugin', 'list', '--json'], { home })).stdout).plugins[0]?.state;
    const added = await runCli(['plugin', 'add', file], { home });
    expect(added).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Added .*: grant sms-pin\.\n$/) });
    expect(await state()).toBe('unchanged');
    await expect(runCli(['auth'], { home, env: env() })).resolves.toMatchObject({ code: 0 });

    appendFileSync(file, '// changed\n');
    const { error } = await refused(['auth'], 'plugin_changed', { home, env: env() });
    expect(error.hint).toBe(`If you trust what it is now: padlock plugin add ${file}`);
    expect(await state()).toBe('changed');

    await expect(runCli(['plugin', 'add', file], { home })).resolves.toMatchObject({ code: 0 });
    await expect(runCli(['auth'], { home, env: env() })).resolves.toMatchObject({ code: 0 });

    appendFileSync(file, '// again\n');
    await expect(runCli(['plugin', 'remove', file], { home })).resolves.toMatchObject({ code: 0 });
    expect(await state()).toBeUndefined();
    await refused(['auth'], 'usage_unknown_flow', { home, env: env() });
  });

  test('passes the contract suite with named results', async () => {
    const { code, stdout } = await runCli(['plugin', 'check', file], { home });
    expect({ code, title: stdout.split('\n')[0] }).toEqual({ code: 0, title: 'acme: 7 passed, 0 failed' });
  });
});

describe('is refused, with exit 11:', () => {
  test.each<[string, string, string]>([
    ['P2: one that throws when it is loaded', "throw new Error('first line\\nsecond line');", 'plugin_load_failed'],
    ['P2: one that does not parse', 'export default {', 'plugin_load_failed'],
    ['P3: one that exports nothing', 'export const a = 1;', 'plugin_contract'],
    ['P3: one of another version', 'export default { apiVersion: 2 };', 'plugin_contract'],
    ['P3: one without strategies', "export default { apiVersion: 1, name: 'acme', strategies: [] };", 'plugin_contract'],
    ['P4: one that takes the name of a built-in', plugin('acquire: () => ({})', 'password'), 'plugin_conflict'],
    [
      'P4: one that declares a secret as none',
      GOOD.replace('pin: {', "password: { type: 'string', summary: 'x' }, pin: {"),
      'plugin_conflict',
    ],
    ['P6: one that answers with nothing', plugin('acquire: async () => undefined'), 'plugin_contract'],
    ['P7: one that throws a text', plugin("acquire: () => { throw 'pa55word'; }"), 'plugin_crashed'],
    ['P7: one that throws null', plugin('acquire: async () => { throw null; }'), 'plugin_crashed'],
  ])('%s', async (_, source, code) => {
    writeFileSync(file, source);
    const { error } = await refused(['auth', '--plugin', file], code, { home, env: env() });
    expect(error.message).not.toContain('second line');
  });

  test.each([
    ['P1: a file that is not there', './nosuch.mjs'],
    ['P1: a package that is not there', 'padlock-plugin-nosuch'],
    ['P12: a URL', 'data:text/javascript,export default 1'],
    ['P12: a URL of https', 'https://evil.example/x.mjs'],
    ['P12: a bare name that lies in the working directory', 'sms-pin'],
  ])('%s', async (_, path) => {
    await refused(['auth', '--plugin', path], 'plugin_not_found', { home, cwd: home, env: env() });
  });

  test('what was never added cannot be removed', async () => {
    await refused(['plugin', 'remove', file], 'plugin_not_found', { home });
  });
});
