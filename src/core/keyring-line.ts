/** The line to the process that talks to the keyring. It is started when something is asked, and ends when nothing is any more. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { KeyringAnswer, KeyringQuestion } from './keyring-process.cts';

/** Where the program is, seen from dist/core, from the bundled command line, and from src. */
const PLACES = ['./keyring-process.cjs', '../core/keyring-process.cjs', '../../dist/core/keyring-process.cjs'];
/** Milliseconds until an idle process is ended; starting one takes about 40. */
const IDLE = 100;

/** Why there was no answer, for the log. */
export type NoAnswer = { readonly failed: string; readonly late?: true };

interface Waiting {
  readonly timer: NodeJS.Timeout;
  readonly done: (answer: KeyringAnswer | NoAnswer) => void;
}

export class KeyringLine {
  readonly #env: Readonly<Record<string, string>>;
  readonly #patience: number;
  readonly #waiting = new Map<number, Waiting>();
  #process: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #asked = 0;

  /** `patience`: milliseconds for one answer. */
  constructor(env: Readonly<Record<string, string>>, patience: number) {
    this.#env = env;
    this.#patience = patience;
  }

  /** Never rejects. */
  async ask(question: Omit<KeyringQuestion, 'id'>): Promise<KeyringAnswer | NoAnswer> {
    const program = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
    if (program === undefined) return { failed: 'the program is missing' };
    clearTimeout(this.#idle);
    this.#process ??= this.#start(program);
    const child = this.#process;
    const id = ++this.#asked;
    return new Promise((done) => {
      // It keeps this process alive until the answer is there; the line itself does not.
      const timer = setTimeout(() => this.#end(child, { failed: 'no answer in time', late: true }), this.#patience);
      this.#waiting.set(id, { timer, done });
      child.send({ ...question, id } satisfies KeyringQuestion, () => {}); // the event "exit" tells what went wrong
    });
  }

  #start(program: string): ChildProcess {
    const child = fork(program, [], { execArgv: [], env: this.#env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.unref();
    child.channel?.unref();
    child.on('message', (answer: KeyringAnswer) => this.#answered(answer.id, answer));
    child.once('error', ({ message }) => this.#end(child, { failed: message }));
    child.once('exit', () => this.#end(child, { failed: 'its process ended' }));
    return child;
  }

  #answered(id: number, answer: KeyringAnswer | NoAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(waiting?.timer);
    waiting?.done(answer);
    if (this.#waiting.size > 0) return;
    this.#idle = setTimeout(() => {
      if (this.#process?.connected) this.#process.disconnect();
      this.#process = undefined;
    }, IDLE).unref();
  }

  #end(child: ChildProcess, why: NoAnswer): void {
    child.kill('SIGKILL');
    if (this.#process !== child) return;
    this.#process = undefined;
    for (const id of this.#waiting.keys()) this.#answered(id, why);
  }
}
