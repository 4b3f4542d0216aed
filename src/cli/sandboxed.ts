/** `--sandbox`: a provider for the length of one command, and the settings that sign in there. */
import { startSandbox } from '../sandbox/index.ts';

/** Starts the sandbox, which ends with the signal or with this process. Returns settings by option key. */
export async function sandboxValues(flow: unknown, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const sandbox = await startSandbox();
  signal.addEventListener('abort', () => void sandbox.close(), { once: true });
  const { username, password } = sandbox.user;
  // Who did not choose the flow need not hear that a better one exists.
  const chosen = typeof flow === 'string' ? flow : undefined;
  return {
    ...sandbox.client(chosen ?? 'password'),
    username,
    password,
    store: 'memory',
    ...(chosen === undefined && { acceptDeprecated: true }),
  };
}
