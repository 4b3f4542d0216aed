/** `--sandbox`: a provider for the length of one command, and the settings that sign in there. */
import { type SandboxOptions, startSandbox } from '../sandbox/index.ts';

/** Starts the sandbox, which ends with the signal or with this process. Returns settings by option key. */
export async function sandboxValues(flow: unknown, provider: unknown, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const sandbox = await startSandbox(playing(provider));
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

/** A provider that has a dialect is played, with a second factor where it has one. */
function playing(provider: unknown): SandboxOptions {
  if (provider === 'auth0' || provider === 'okta') return { play: provider, factors: ['otp', 'push', 'sms', 'recovery-code'] };
  if (provider === 'keycloak') return { play: provider, factors: ['otp'] };
  return provider === 'entra' ? { play: provider } : {};
}
