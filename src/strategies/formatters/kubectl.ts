import type { Behaviour, Formatter, Recorded } from '../../core/contracts.ts';
import { fail } from '../../core/errors.ts';
import { inject, injectable } from '../../core/inject.ts';
import { Host } from '../../core/ports.ts';
import { printableToken } from '../../core/printable-token.ts';
import type { View } from '../../core/view.ts';

const GROUP = 'client.authentication.k8s.io';
/** Both have the members that are written here. */
const VERSIONS: ReadonlySet<unknown> = new Set([`${GROUP}/v1`, `${GROUP}/v1beta1`]);

/** What an exec plugin of kubectl prints (client-go credential plugins); the version is the one that kubectl asks for. */
@injectable()
class Kubectl implements Behaviour<Formatter> {
  readonly #host: Host;

  constructor(@inject(Host) host: Host) {
    this.#host = host;
  }

  format(view: View): string {
    const { expiresAt, value } = printableToken(view, 'kubectl');
    const status = { token: value, ...(expiresAt !== undefined && { expirationTimestamp: expiresAt }) };
    return JSON.stringify({ apiVersion: this.#version(), kind: 'ExecCredential', status });
  }

  #version(): string {
    const info = this.#host.env('KUBERNETES_EXEC_INFO');
    const version = info ? versionIn(info) : `${GROUP}/v1`;
    if (!VERSIONS.has(version))
      fail('usage_bad_value', 'KUBERNETES_EXEC_INFO does not ask for an ExecCredential of a version that Padlock knows.', {
        hint: `Set apiVersion: ${GROUP}/v1 for the user in your kubeconfig.`,
      });
    return version as string;
  }
}

function versionIn(info: string): unknown {
  try {
    return (JSON.parse(info) as { apiVersion?: unknown } | null)?.apiVersion;
  } catch {
    return undefined;
  }
}

/** The ID token where the session has one, as a cluster with OpenID Connect expects. */
export const kubectl = {
  kind: 'formatter',
  name: 'kubectl',
  summary: 'a token as a credential plugin of kubectl prints it',
  token: 'id',
  use: Kubectl,
} satisfies Recorded<Formatter>;
