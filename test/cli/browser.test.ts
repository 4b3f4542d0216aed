/** What opens the browser: V13, L8. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { openBrowser } from '../../src/cli/browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'padlock-browser-'));
afterAll(() => rmSync(folder, { recursive: true }));
const URL_ = 'https://id.example/authorize?a=b&c=$(touch%20x);d';
const PATH = process.env.PATH ?? '';

function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}
const told = join(folder, 'told');
const teller = program('teller', `printf '%s|' "$@" > ${told}; env >> ${told}`);
const said = (): string => readFileSync(told, 'utf8');

describe('BROWSER', () => {
  test('is given the address as one word, and none of Padlock’s variables', async () => {
    const env = { PATH, BROWSER: teller, PADLOCK_CLIENT_SECRET: 'correct-horse', padlock_password: 'x', LANG: 'C' };
    expect(await openBrowser(URL_, env)).toBe(true);
    expect(said().split('|')[0]).toBe(URL_);
    expect(said()).toMatch(/^LANG=C$/m);
    expect(said()).not.toMatch(/padlock_/i);
  });

  test('can say where the address goes, and what comes next when it fails', async () => {
    const failing = program('failing', 'exit 3');
    expect(await openBrowser(URL_, { PATH, BROWSER: `${folder}/missing:${failing}: ${teller} --new  --url=%s end` })).toBe(true);
    expect(said()).toMatch(`--new|--url=${URL_}|end|`);
    expect(await openBrowser(URL_, { PATH, BROWSER: `${folder}/missing:${failing}` })).toBe(false);
  });

  test('that stays open has opened', async () => {
    const pid = join(folder, 'pid');
    const staying = program('staying', `echo $$ > ${pid}; exec sleep 30`);
    expect(await openBrowser(URL_, { PATH, BROWSER: staying })).toBe(true);
    process.kill(Number(readFileSync(pid, 'utf8')));
  });
});

describe('the system’s browser', () => {
  const bin = join(folder, 'xdg-open');
  program('xdg-open', `printf '%s|' "$0" "$@" > ${told}`);
  program('open', `printf '%s|' "$0" "$@" > ${told}`);

  test.each([
    ['linux', { DISPLAY: ':0' }, bin],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, bin],
    ['darwin', {}, join(folder, 'open')],
  ] as const)('on %s with %j', async (platform, env, path) => {
    expect(await openBrowser(URL_, { PATH: `${folder}:${PATH}`, ...env }, platform)).toBe(true);
    expect(said()).toBe(`${path}|${URL_}|`);
  });

  test('is left alone without a desktop: a text browser would take the terminal', async () => {
    rmSync(told, { force: true });
    expect(await openBrowser(URL_, { PATH: `${folder}:${PATH}` }, 'linux')).toBe(false);
    expect(existsSync(told)).toBe(false);
  });
});

test.each(['file:///etc/passwd', 'javascript:alert(1)', '--help', 'com.acme:/x'])('%s is opened by nobody', async (url) => {
  rmSync(told, { force: true });
  expect(await openBrowser(url, { PATH, BROWSER: teller })).toBe(false);
  expect(existsSync(told)).toBe(false);
});
