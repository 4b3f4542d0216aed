/** One embedded provider for all tests of a file: starting it costs more than a test. */
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { type ClientOptions, type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts';
import { generateKeys } from '../../src/sandbox/state.ts';
import { shared } from './shared.ts';

const keys = (): Promise<string> => shared('keys of the sandbox', async () => JSON.stringify(await generateKeys()));

/**
 * Call it at the top of a file (or of a `describe`); the function it returns gives the running sandbox to the tests.
 * Its record of requests is empty at the start of each test; time that a test lets pass stays passed.
 */
export function sharedSandbox(options?: SandboxOptions): () => Sandbox {
  let sandbox: Sandbox | undefined;
  beforeAll(async () => {
    sandbox = await startSandbox({ keys: JSON.parse(await keys()), ...options });
  });
  beforeEach(() => sandbox?.requests.clear());
  afterAll(() => sandbox?.close());
  return () => {
    if (sandbox === undefined) throw new Error('The sandbox starts before the first test, not before.');
    return sandbox;
  };
}

/** The options of a sandbox's client as the environment of a CLI run: `runCli(['auth'], { env: envOf(idp().client('password')) })`. */
export function envOf(client: ClientOptions): Record<string, string> {
  const entries = Object.entries(client).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [
      `PADLOCK_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
      typeof value === 'string' ? value : (value as readonly string[]).join(' '),
    ]),
  );
}
