/** Starts the process of the sandbox and keeps the line to it, without keeping the parent alive. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fail } from '../core/errors.ts';
import type { FromProvider, Setup, ToProvider } from './protocol.ts';

/** Where the bundled program is, seen from dist/sandbox, from the bundled command line, and from src. */
const PLACES = ['../sandbox/provider.js', '../../sandbox/provider.js', '../../dist/sandbox/provider.js'];

function program(): string {
  const found = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
  return found ?? fail('internal', 'The program of the sandbox is missing.', { hint: 'In a checkout, build it with: npm run build' });
}

export interface Started {
  readonly issuer: string;
  readonly port: number;
}

export class Child {
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  #failure: string | undefined;
  #closing = false;

  /** `answer` is called for each request, and the provider waits for what it returns. */
  constructor(answer: (question: FromProvider & { kind: 'request' }) => ToProvider) {
    // Nothing of the parent's environment or options concerns it; secrets go over the line, not into a process list.
    this.#process = fork(program(), [], { execArgv: ['--no-warnings'], env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        if (!this.#closing || code !== 0) this.#failure ??= `It ended with ${signal ?? `code ${code}`}.`;
        resolve();
      });
    });
    this.#process.once('error', (error) => {
      this.#failure = error.message;
    });
    this.#process.on('message', (message: FromProvider) => {
      if (message.kind === 'failed') this.#failure = message.message;
      if (message.kind === 'request') this.#send(answer(message));
    });
  }

  /** Resolves when it listens. From then on the process does not keep its parent alive. */
  async start(setup: Setup): Promise<Started> {
    this.#send({ kind: 'start', setup });
    const first = await new Promise<FromProvider>((resolve) => {
      this.#process.on('message', (message: FromProvider) => message.kind !== 'request' && resolve(message));
      void this.#exited.then(() => resolve({ kind: 'failed', message: this.#failure ?? 'It ended.' }));
    });
    if (first.kind === 'ready') {
      this.#process.unref();
      this.#process.channel?.unref();
      return { issuer: first.issuer, port: first.port };
    }
    const taken = first.kind === 'failed' && first.code === 'EADDRINUSE';
    await this.close().catch(() => {});
    return taken
      ? fail('net_connect', `Port ${setup.port} on 127.0.0.1 is in use.`, { hint: 'Choose another port.' })
      : fail('internal', `The sandbox did not start. ${this.#failure ?? ''}`.trim());
  }

  /** Resolves when the process is gone, whatever ended it. */
  get ended(): Promise<void> {
    return this.#exited;
  }

  /** Ends the process. Rejects when it had ended by itself before. */
  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.#process.ref();
      if (this.#process.connected) this.#process.disconnect();
    }
    await this.#exited;
    if (this.#failure !== undefined) fail('internal', `The sandbox had stopped. ${this.#failure}`);
  }

  #send(message: ToProvider): void {
    // A process that is gone has nobody to tell; close() says why.
    if (this.#process.connected) this.#process.send(message, () => {});
  }
}
