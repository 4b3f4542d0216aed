import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { makeHome, PACKAGE, runCli, runCliTty, startCli } from '../support/cli.ts';

/** Another program in Padlock's place. */
const instead = (code: string) => ({ execArgv: ['-e', code] });

describe('the packed CLI', () => {
  test('answers --version with the version it was packed with', async () => {
    await expect(runCli(['--version'])).resolves.toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  });

  test('has no node_modules to fall back on', () => {
    for (let folder = PACKAGE; folder !== dirname(folder); folder = dirname(folder))
      expect(existsSync(join(folder, 'node_modules'))).toBe(false);
  });
});

describe('a run of the harness', () => {
  test('has a clean environment and a home of its own', async () => {
    const { stdout } = await runCli([], {
      ...instead('console.log(JSON.stringify([process.env, process.cwd()]))'),
      env: { PADLOCK_A: 'b' },
    });
    const [env, cwd] = JSON.parse(stdout) as [Record<string, string>, string];
    expect(Object.keys(env).sort()).toEqual(['HOME', 'LANG', 'PADLOCK_A', 'PATH', 'TMPDIR']);
    expect(cwd).toBe(join(env.HOME as string, 'work'));
    expect(existsSync(env.HOME as string)).toBe(false);
  });

  test('gets its input, and an empty one without', async () => {
    const code = instead('process.stdin.setEncoding("utf8").on("data", (d) => console.log(d)).on("end", () => console.log("end"))');
    await expect(runCli([], { ...code, input: 'hello' })).resolves.toMatchObject({ stdout: 'hello\nend\n' });
    await expect(runCli([], code)).resolves.toMatchObject({ stdout: 'end\n' });
  });

  test.each<[string, readonly string[], Record<string, string>, string]>([
    ['a variable', [], { PADLOCK_CLIENT_SECRET: 'correct-horse' }, ''],
    ['an option', ['--password', 'correct-horse'], {}, ''],
    ['an option with =', ['--client-secret=correct-horse'], {}, ''],
    ['standard input', ['--password-stdin'], {}, 'correct-horse\n'],
  ])('knows the secret from %s and finds it in a file', async (_, args, env, input) => {
    const code = 'fs.writeFileSync(os.homedir() + "/log", btoa("x:correct-horse"))';
    await expect(runCli(args, { ...instead(code), env, input })).rejects.toThrow(/\/log holds secret 1 of 1/);
  });

  test('leaves a file alone that was there before', async () => {
    const home = makeHome();
    mkdirSync(join(home, '.config'));
    writeFileSync(join(home, '.config/padlock.yaml'), 'password: correct-horse');
    await expect(runCli([], { home, secrets: ['correct-horse'], ...instead('') })).resolves.toMatchObject({ code: 0 });
  });

  test('says what is broken without the secret', async () => {
    const failure = await runCli([], { secrets: ['correct-horse'], ...instead('console.log("correct-horse")') }).catch(String);
    expect(failure).toMatch(/stdout holds secret/);
    expect(failure).not.toContain('correct-horse');
  });

  test('is killed when it is late', async () => {
    await expect(runCli([], { ...instead('setInterval(() => {}, 1000)'), deadline: 1 })).rejects.toThrow(/did not end within/);
  });

  test('must not leave a process behind', async () => {
    const code = 'child_process.spawn("sleep", ["60"], { stdio: "ignore" }).unref()';
    await expect(runCli([], instead(code))).rejects.toThrow(/left a process behind/);
  });

  test('tells the signal that ended it', async () => {
    const running = startCli([], instead('console.log("ready"); setInterval(() => {}, 1000)'));
    await running.until(/ready/);
    await expect(running.end('SIGINT')).resolves.toMatchObject({ code: 130 });
  });
});

describe('a run on a terminal', () => {
  const ask = `const rl = require("readline/promises").createInterface({ input: process.stdin, output: process.stdout });
    (async () => { const a = await rl.question("Name? "); const b = await rl.question("Name? "); console.log([a + b, process.stdout.columns, process.stdin.isTTY].join(" ")); rl.close(); process.exitCode = 7; })()`;

  test('has its columns, someone who types, and the exit code', async () => {
    const type = [
      { when: /Name\? /, send: 'Ro\r' },
      { when: /Name\? /, send: 'bin\r' },
    ];
    const { code, screen } = await runCliTty([], { ...instead(ask), columns: 44, type });
    expect(screen).toContain('Robin 44 true');
    expect(code).toBe(7);
  });

  test('must not show a secret that was typed', async () => {
    const type = [
      { when: /Name\? /, send: 'correct-horse\r', secret: true },
      { when: /Name\? /, send: 'x\r' },
    ];
    await expect(runCliTty([], { ...instead(ask), type })).rejects.toThrow(/stdout holds secret/);
  });
});
