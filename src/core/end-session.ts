import type { ProviderInfo } from './messages.ts';

/**
 * Where a human ends the session that a browser has at the provider (RP-Initiated Logout 1.0 §2); undefined where there is no such page. It names the
 * client and holds no ID token: a URL is in the process list, in the browser's history and on the screen, and Kubernetes takes an ID token for a
 * credential. Without one the provider asks the human whether they mean it.
 */
export function endSessionUrl({ clientId, metadata }: ProviderInfo): string | undefined {
  if (metadata.end_session_endpoint === undefined) return undefined;
  const url = new URL(metadata.end_session_endpoint);
  url.searchParams.set('client_id', clientId);
  return url.href;
}
