/** Runs that have to succeed, before a row and after it. One process does them all: it takes longer to start one than to sign in. */
import { type ChildProcess, fork } from 'node:child_process';
import { afterAll } from '@jest/globals';

interface Said {
  readonly id: number;
  readonly code: number;
  readonly said: string;
}

let runner: ChildProcess | undefined;
let last = 0;
const waiting = new Map<number, (said: Said) => void>();

function start(): ChildProcess {
  const started = fork('test/hostile/good-runner.mjs', { execArgv: [], serialization: 'advanced' });
  started.on('message', (said: Said) => waiting.get(said.id)?.(said));
  started.on('exit', (code) => {
    runner = undefined;
    for (const [id, told] of waiting) told({ id, code: code ?? 1, said: 'The process that runs it ended.' });
  });
  return started;
}
afterAll(() => {
  runner?.kill();
});

/** Throws with what it said when it does not succeed. `env`: besides PATH, HOME, TMPDIR and LANG. */
export async function goodRun(home: string, words: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const id = ++last;
  runner ??= start();
  runner.send({ id, home, words, env });
  const { code, said } = await new Promise<Said>((resolve) => waiting.set(id, resolve));
  waiting.delete(id);
  if (code !== 0) throw new Error(`padlock ${words.join(' ')}, which has to succeed, ended with ${code}:\n${said}`);
}
