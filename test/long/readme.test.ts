import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/index.ts';
import { makeHome, PACKAGE, runCli } from '../support/cli.ts';

const readme = await readFile('README.md', 'utf8');
const blocks = (language: string): readonly string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);
const block = (language: string, holds: string): string => {
  const found = blocks(language).find((text) => text.includes(holds));
  if (found === undefined) throw new Error(`The README has no ${language} block with ${holds}.`);
  return found;
};

/** Runs a module that imports the packed package by its name, beside the dependencies of this checkout. */
async function runModule(source: string): Promise<string> {
  const folder = makeHome();
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir('node_modules'))
    if (!name.startsWith('.')) await symlink(resolve('node_modules', name), join(modules, name));
  await cp(PACKAGE, join(modules, 'padlock-auth'), { recursive: true });
  await writeFile(join(folder, 'module.mjs'), source);
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'module.mjs')], { env: { PATH: process.env.PATH } });
  return stdout;
}

describe('the README', () => {
  test('and the pages beside it have tables, a picture and a recording that are what the program says today', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/docs.mjs', '--check']);
    expect(stdout).toContain('up to date');
  }, 180_000);

  test('shows a configuration file that Padlock reads', async () => {
    const home = makeHome();
    await writeFile(join(home, 'config.yaml'), block('yaml', 'default_profile'), { mode: 0o600 });
    const { code, stdout } = await runCli(['config', 'list', '--json', '--config', join(home, 'config.yaml')], { home });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).profiles.map(({ profile }: { profile: string }) => profile)).toEqual(['work', 'ci']);
  });

  test('shows a plugin that passes the contract suite', async () => {
    const home = makeHome();
    await writeFile(join(home, 'sms-pin.mjs'), block('js', 'sms-pin'));
    const { code, stdout } = await runCli(['plugin', 'check', join(home, 'sms-pin.mjs')], { home });
    expect(stdout).toContain('0 failed');
    expect(code).toBe(0);
  });

  test('names no command that does not exist', async () => {
    const named = [...readme.matchAll(/`padlock ([a-z]+)/g)].map(([, name]) => name);
    const { stdout } = await runCli(['--help']);
    for (const name of new Set(named)) expect(stdout).toContain(`padlock ${name}`);
  });

  test('shows a test with the sandbox that runs', async () => {
    expect(await runModule(`${block('js', 'startSandbox')}\nconsole.log(user.name);`)).toBe('Robin Percy\n');
  }, 30_000);

  test('shows an embedding that gets a token', async () => {
    const idp = await startSandbox();
    try {
      const { clientId, clientSecret = '', issuer, scope } = idp.client('client-credentials');
      const embedding = block('js', 'await using')
        .replace('https://id.example.com', issuer)
        .replace("'build'", `'${clientId}'`)
        .replace("['billing.read']", JSON.stringify(scope))
        .replace('await using padlock', 'const padlock'); // the syntax needs Node 24
      expect(
        await runModule(
          `const readSecret = () => ${JSON.stringify(clientSecret)};\n${embedding}\nconsole.log(value.length > 10, verified.reason);`,
        ),
      ).toBe('true opaque\n');
    } finally {
      await idp.close();
    }
  }, 30_000);
});
