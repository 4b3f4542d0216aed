/** The whole program in this process, on a machine that is made up. */
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nodeWorld } from '../../src/cli/host.ts';
import { run } from '../../src/cli/program.ts';
import { Interrupted, type Output, PipeClosed, type World } from '../../src/cli/world.ts';
import { noBrowser, noHost, silentLog } from '../../src/core/headless.ts';
import { MemoryFiles } from '../core/config-fixture.ts';
import { CONTROL } from '../support/hostile.ts';

function output(write: (text: string) => Promise<void> = async () => {}): Output & { readonly text: () => string } {
  let text = '';
  return {
    isTTY: false,
    columns: undefined,
    colour: false,
    text: () => text,
    write: async (more) => {
      await write(more);
      text += more;
    },
  };
}

function world(more: Partial<World> = {}) {
  const stdout = output();
  const stderr = output();
  const made: World = {
    cwd: '/work',
    home: '/home/robin',
    stdout,
    stderr,
    host: { ...noHost, directories: { config: '/c', cache: '/k', state: '/s' } },
    files: new MemoryFiles(),
    clock: { now: () => 0, sleep: async () => {} },
    browser: noBrowser,
    signal: new AbortController().signal,
    readStdin: async () => new Uint8Array(),
    log: async () => silentLog,
    prompt: () => ({ available: false, ask: async () => '' }),
    execute: async () => 0,
    ...more,
  };
  return { ...made, stdout: more.stdout ?? stdout, stderr: more.stderr ?? stderr, out: stdout.text, err: stderr.text };
}

describe('run()', () => {
  test('answers with an exit code and never throws', async () => {
    const at = world();
    expect(await run(['config', 'path'], at)).toBe(0);
    expect(at.out()).toBe('/c/config.yaml\n');
    expect(await run(['nosuch'], at)).toBe(2);
    expect(at.err()).toContain('[usage_unknown_command]');
  });

  test('ends with 141 when the reader left, and says nothing', async () => {
    const at = world({ stdout: output(async () => Promise.reject(new PipeClosed())) });
    expect(await run(['help', 'flows'], at)).toBe(141);
    expect(at.err()).toBe('');
  });

  test('calls what it does not know a bug, without its text', async () => {
    const files = new MemoryFiles();
    files.facts = async () => {
      throw new TypeError('correct-horse');
    };
    const at = world({ files });
    expect(await run(['config', 'list', '--json'], at)).toBe(1);
    const { error } = JSON.parse(at.err()) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: 'internal', message: 'This is a bug in Padlock. (TypeError)' });
    expect(at.err()).not.toContain('correct-horse');
  });

  test('does not wait for a port that is deaf to a signal', async () => {
    const controller = new AbortController();
    const prompt = { available: true, ask: () => new Promise<string>(() => {}) };
    const at = world({ signal: controller.signal, prompt: () => prompt });
    const ended = run(['auth', '--issuer', 'https://id.example', '--client-id', 'x', '--flow', 'password'], at);
    setTimeout(() => controller.abort(new Interrupted(15)), 20);
    expect(await ended).toBe(143);
  });

  test('keeps its exit code when stderr is closed', async () => {
    const at = world({ stderr: output(async () => Promise.reject(new PipeClosed())) });
    expect(await run(['auth', '--nosuch'], at)).toBe(2);
  });

  test("of a tool of one's own has its name in every sentence", async () => {
    const { auth } = await import('../../src/cli/commands/auth.ts');
    const at = world();
    const options = { name: 'acme', commands: [{ ...auth, name: 'login', aliases: [] }] };
    expect(await run(['login', '--help'], at, options)).toBe(0);
    expect(await run(['logni'], at, options)).toBe(2);
    expect(at.out()).toContain('acme login: sign in');
    expect(at.err()).toContain('Did you mean acme login?');
  });
});

test('whatever is typed, the answer is a sentence and an exit code, and no bug', async () => {
  const word = fc.oneof(
    fc.constantFrom(
      'auth',
      'config',
      'show',
      'help',
      'verify',
      '--flow',
      '--json',
      '-q',
      '--',
      '-',
      '--=',
      '-=',
      '---',
      '--flow=',
      '-pq',
      '',
    ),
    fc.constantFrom(
      '--__proto__',
      '--constructor.prototype.x',
      '--no-password',
      '--password-file',
      '-o',
      '--toString',
      '__proto__',
      'toString',
    ),
    fc.string({ maxLength: 12, unit: 'binary' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (words) => {
      const at = world();
      expect([0, 2, 3, 8]).toContain(await run(words, at));
      expect(at.err()).not.toContain('bug in Padlock');
      expect(at.err()).not.toMatch(CONTROL);
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: 300 },
  );
}, 30_000);

describe('standard input', () => {
  const machine = (stdin: PassThrough, patience: number): World => {
    const stream = Object.assign(new PassThrough(), { isTTY: false });
    const fake = { env: {}, cwd: () => '/work', stdin, stdout: stream, stderr: stream, on: () => fake, exit: () => {} };
    return nodeWorld(fake as unknown as NodeJS.Process, { patience });
  };

  test('I5: that never ends is given up', async () => {
    await expect(machine(new PassThrough(), 50).readStdin()).rejects.toMatchObject({ code: 'prompt_unavailable' });
  });

  test('is read to its end', async () => {
    const stdin = new PassThrough();
    stdin.end('pa55word\n');
    expect(new TextDecoder().decode(await machine(stdin, 5000).readStdin())).toBe('pa55word\n');
  });
});
