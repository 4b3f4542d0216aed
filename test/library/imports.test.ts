/** What an import loads of other packages: whoever embeds Padlock pays for it before anybody signs in. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const inline = (program: string): string => `data:text/javascript,${encodeURIComponent(program)}`;

/** They see every module that is imported; they run in a thread of their own, so a file descriptor is the way out. */
const HOOKS = inline(`
  import { writeSync } from 'node:fs';
  export const load = (url, context, next) => {
    writeSync(1, url + '\\n');
    return next(url, context);
  };
`);
const REGISTER = inline(`import { register } from 'node:module'; register(${JSON.stringify(HOOKS)});`);

/** CommonJS that is required by CommonJS does not pass the hooks, and is in the cache. */
const program = (entry: string): string => `
  await import(${JSON.stringify(entry)});
  const { default: { _cache } } = await import('node:module');
  console.log(Object.keys(_cache).join('\\n'));
`;

async function packagesOf(entry: string): Promise<readonly string[]> {
  const args = ['--no-warnings', '--import', REGISTER, '--input-type=module', '--eval', program(entry)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { PATH: process.env.PATH } });
  expect(stdout).toMatch(/\/dist\/\S+\.js$/m);
  const names = stdout.replaceAll('\\', '/').matchAll(/^.*\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)/gm);
  return [...new Set([...names].map(([, name = '']) => name))].sort();
}

// tslib is tsyringe's own.
test.each(['padlock-auth', 'padlock-auth/container'])('%s loads the container and no other package', async (entry) => {
  expect(await packagesOf(entry)).toEqual(['reflect-metadata', 'tslib', 'tsyringe']);
});

test.each(['padlock-auth/plugin', 'padlock-auth/sandbox'])('%s loads no package', async (entry) => {
  expect(await packagesOf(entry)).toEqual([]);
});
