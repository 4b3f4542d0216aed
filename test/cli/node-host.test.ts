import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { directoriesOf, homeDirectory, nodeHost } from '../../src/cli/node-host.ts';
import { proxyFor } from '../../src/cli/proxy.ts';
import { runProgram } from '../../src/cli/run-program.ts';

const nobody = (): string => {
  throw new Error('no such user');
};

describe('directories', () => {
  const linux = { platform: 'linux', accountHome: () => '/home/account' } as const;
  test.each([
    ['HOME', { HOME: '/h' }, ['/h/.config/padlock', '/h/.cache/padlock', '/h/.local/state/padlock']],
    [
      'the XDG variables',
      { HOME: '/h', XDG_CONFIG_HOME: '/x', XDG_CACHE_HOME: '/y', XDG_STATE_HOME: '/z' },
      ['/x/padlock', '/y/padlock', '/z/padlock'],
    ],
    [
      'HOME when those are relative or empty',
      { HOME: '/h', XDG_CONFIG_HOME: 'x', XDG_CACHE_HOME: './y', XDG_STATE_HOME: '' },
      ['/h/.config/padlock', '/h/.cache/padlock', '/h/.local/state/padlock'],
    ],
    [
      'the account without HOME',
      {},
      ['/home/account/.config/padlock', '/home/account/.cache/padlock', '/home/account/.local/state/padlock'],
    ],
    [
      'the account with a relative HOME',
      { HOME: 'h' },
      ['/home/account/.config/padlock', '/home/account/.cache/padlock', '/home/account/.local/state/padlock'],
    ],
    ['PADLOCK_CONFIG_DIR', { HOME: '/h', PADLOCK_CONFIG_DIR: '/mine' }, ['/mine', '/h/.cache/padlock', '/h/.local/state/padlock']],
  ])('on Linux come from %s', (_name, env, [config, cache, state]) => {
    expect(directoriesOf(env, linux)).toEqual({ config, cache, state });
  });

  test('are none for an account without a home, unless variables name them all', () => {
    const options = { platform: 'linux', accountHome: nobody } as const;
    expect(directoriesOf({}, options)).toBeUndefined();
    expect(directoriesOf({ PADLOCK_CONFIG_DIR: '/c' }, options)).toBeUndefined();
    expect(directoriesOf({ PADLOCK_CONFIG_DIR: '/c', XDG_CACHE_HOME: '/a', XDG_STATE_HOME: '/s' }, options)).toEqual({
      config: '/c',
      cache: '/a/padlock',
      state: '/s/padlock',
    });
    expect(homeDirectory({}, options)).toBeUndefined();
  });

  test('on macOS are in the Library', () => {
    expect(directoriesOf({ HOME: '/Users/robin', XDG_CONFIG_HOME: '/x' }, { platform: 'darwin' })).toEqual({
      config: '/Users/robin/Library/Application Support/padlock',
      cache: '/Users/robin/Library/Caches/padlock',
      state: '/Users/robin/Library/Application Support/padlock/state',
    });
  });

  test.each([
    ['the variables', { APPDATA: 'D:\\R', LOCALAPPDATA: 'D:\\L', USERPROFILE: 'C:\\U' }, 'D:\\R', 'D:\\L'],
    ['the profile', { USERPROFILE: 'C:\\U' }, 'C:\\U\\AppData\\Roaming', 'C:\\U\\AppData\\Local'],
  ])('on Windows come from %s', (_name, env, roaming, local) => {
    expect(directoriesOf(env, { platform: 'win32' })).toEqual({
      config: `${roaming}\\padlock`,
      cache: `${local}\\padlock\\cache`,
      state: `${local}\\padlock\\state`,
    });
  });
});

describe('proxyFor', () => {
  const PROXY = 'http://proxy.test:3128';
  test.each([
    [{}, undefined],
    [{ https_proxy: PROXY }, PROXY],
    [{ HTTPS_PROXY: PROXY }, PROXY],
    [{ ALL_PROXY: PROXY }, PROXY],
    [{ https_proxy: PROXY, HTTPS_PROXY: 'http://other' }, PROXY],
    [{ https_proxy: '', HTTPS_PROXY: PROXY }, PROXY],
    [{ HTTPS_PROXY: PROXY, all_proxy: 'http://other' }, PROXY],
    [{ HTTP_PROXY: PROXY, http_proxy: PROXY }, undefined],
  ])('%j gives %s', (env, proxy) => {
    expect(proxyFor(env, 'https://idp.test/token')).toBe(proxy);
  });

  test('http is for loopback, which has no proxy', () => {
    expect(proxyFor({ ALL_PROXY: PROXY, HTTP_PROXY: PROXY }, 'http://127.0.0.1/')).toBeUndefined();
  });

  test.each([
    ['*', 'https://idp.test', true],
    ['idp.test', 'https://idp.test', true],
    ['IDP.test', 'https://idp.TEST', true],
    ['idp.test', 'https://idp.test.', true],
    ['idp.test', 'https://a.b.idp.test', true],
    ['.idp.test', 'https://a.idp.test', true],
    ['*.idp.test', 'https://a.idp.test', true],
    ['idp.test', 'https://evilidp.test', false],
    ['.idp.test', 'https://evilidp.test', false],
    ['dp.test', 'https://idp.test', false],
    ['a.idp.test', 'https://idp.test', false],
    ['x, idp.test ,y', 'https://idp.test', true],
    ['x idp.test', 'https://idp.test', true],
    ['idp.test:443', 'https://idp.test', true],
    ['idp.test:8443', 'https://idp.test', false],
    ['idp.test:8443', 'https://idp.test:8443', true],
    ['10.0.0.1', 'https://10.0.0.1', true],
    ['10.0.0.1:8443', 'https://10.0.0.1:8443', true],
    ['10.0.0.1', 'https://10.0.0.10', false],
    ['0.0.1', 'https://10.0.0.1', false],
    ['10.0.0.0/8', 'https://10.200.0.1', true],
    ['10.0.0.0/8', 'https://11.0.0.1', false],
    ['10.0.0.0/8', 'https://idp.test', false],
    ['10.0.0.0/33', 'https://10.0.0.1', false],
    ['10.0.0.0/', 'https://10.0.0.1', false],
    ['nonsense/8', 'https://10.0.0.1', false],
    ['fd00::/8', 'https://[fd12::1]', true],
    ['::1', 'https://[::1]', true],
    ['[fd12::1]', 'https://[fd12::1]', true],
    ['[fd12::1]:443', 'https://[fd12::1]', true],
    ['[fd12::1]:8443', 'https://[fd12::1]', false],
    ['fd12:0:0::1', 'https://[fd12::1]', true],
    ['', 'https://idp.test', false],
    [',', 'https://idp.test', false],
    ['.', 'https://idp.test', false],
  ])('NO_PROXY=%s and %s: direct is %p', (no, url, direct) => {
    expect(proxyFor({ HTTPS_PROXY: PROXY, NO_PROXY: no }, url)).toBe(direct ? undefined : PROXY);
  });

  test('answers for any NO_PROXY', () => {
    fc.assert(
      fc.property(fc.string(), fc.webUrl(), (no, url) => [undefined, PROXY].includes(proxyFor({ HTTPS_PROXY: PROXY, no_proxy: no }, url))),
    );
  });
});

describe('a program', () => {
  const run = (command: readonly string[], more: { env?: Record<string, string>; signal?: AbortSignal; patience?: number } = {}) =>
    runProgram(command, { env: { PATH: process.env.PATH }, interactive: false, ...more });
  const node = (script: string): string[] => [process.execPath, '-e', script];

  test('gives its standard output, final newline included', async () => {
    expect(await run(['echo', 'pä$HOME; echo "x"'])).toBe('pä$HOME; echo "x"\n');
  });

  test('gets the environment without Padlock’s variables', async () => {
    const env = { KEEP: 'yes', PADLOCK_PASSWORD: 'CANARY', padlock_client_secret: 'CANARY' };
    expect(await run(node('console.log(JSON.stringify(process.env))'), { env })).toBe('{"KEEP":"yes"}\n');
  });

  test('that would ask gets no answer, and does not wait for one', async () => {
    expect(await run(['cat'])).toBe('');
  });

  test.each([
    ['does not exist', ['no-such-program', 'CANARY'], 'The program no-such-program was not found.'],
    ['may not be run', ['/etc/passwd', 'CANARY'], 'The program /etc/passwd could not be started (EACCES).'],
    ['fails', ['sh', '-c', 'echo CANARY; exit 3'], 'The program sh ended with status 3.'],
    ['is killed', ['sh', '-c', 'kill -9 $$; CANARY'], 'The program sh was ended by SIGKILL.'],
    ['prints too much', ['head', '-c', '70000', '/dev/zero'], 'The program head printed more than 65536 bytes.'],
    ['prints no text', ['printf', '\\377'], 'The program printf printed something that is not UTF-8 text.'],
    ['is not named', [], 'A command names no program.'],
    ['has no name', ['', 'CANARY'], 'A command names no program.'],
  ])('that %s is a missing credential', async (_name, command, message) => {
    await expect(run(command)).rejects.toMatchObject({ code: 'config_missing_credential', message });
  });

  test('that hangs is ended, though a child of its own holds the output', async () => {
    const started = performance.now();
    await expect(run(['sh', '-c', 'sleep 20 & sleep 20'], { patience: 100 })).rejects.toMatchObject({
      message: 'The program sh did not end within 0.1 s.',
    });
    expect(performance.now() - started).toBeLessThan(8000);
  });

  test.each(['before', 'during'])('ends when it is cancelled: %s', async (when) => {
    const controller = new AbortController();
    const reason = new Error('Interrupted.');
    if (when === 'before') controller.abort(reason);
    else setTimeout(() => controller.abort(reason), 50);
    await expect(run(['sleep', '20'], { signal: controller.signal })).rejects.toBe(reason);
  });
});

test('the host tells what it was given', async () => {
  const host = nodeHost({ HOME: '/h', X: 'y', HTTPS_PROXY: 'http://p' }, { platform: 'linux', interactive: false });
  expect([host.pid, host.platform, host.env('X'), host.env('Y'), host.proxyFor('https://idp.test')]).toEqual([
    process.pid,
    'linux',
    'y',
    undefined,
    'http://p',
  ]);
  await expect(nodeHost({ PATH: process.env.PATH }).run(['false'])).rejects.toMatchObject({ code: 'config_missing_credential' });
});
