/** What makes a sandbox the same one after a restart: its port, its signing keys and its client secrets. */
import { createHash, generateKeyPair, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { CLIENTS, type Client } from './clients.ts';

/** A private JSON Web Key. */
export type PrivateJwk = Readonly<Record<string, unknown>> & { readonly kty: string; readonly kid: string };

/** JSON; holds secrets. Give it back as `startSandbox({ ...state })`. */
export interface SandboxState {
  readonly port: number;
  /** RSA (RS256, PS256), P-256 (ES256) and Ed25519 (EdDSA). */
  readonly keys: readonly PrivateJwk[];
  /** Client identifier → secret, or the private key it signs with (PEM). */
  readonly secrets: Readonly<Record<string, string>>;
}

const generate = promisify(generateKeyPair);

function privateJwk(key: KeyObject, members: Readonly<Record<string, string>>): PrivateJwk {
  const jwk = key.export({ format: 'jwk' });
  // A fresh key never has the identifier of an older one, so a stale key set is noticed.
  const kid = createHash('sha256')
    .update(`${jwk.n ?? ''}.${jwk.x ?? ''}.${jwk.y ?? ''}`)
    .digest('base64url');
  return { ...jwk, kty: String(jwk.kty), kid, use: 'sig', ...members };
}

/** New signing keys. The RSA key has no `alg`, as it serves two; the thread pool makes it while the process starts. */
export async function generateKeys(): Promise<readonly PrivateJwk[]> {
  const [rsa, ec, ed] = await Promise.all([
    generate('rsa', { modulusLength: 2048 }),
    generate('ec', { namedCurve: 'P-256' }),
    generate('ed25519', {}),
  ]);
  return [privateJwk(rsa.privateKey, {}), privateJwk(ec.privateKey, { alg: 'ES256' }), privateJwk(ed.privateKey, { alg: 'EdDSA' })];
}

/** New client secrets. The one sent as a Basic credential has what must be form-encoded there (RFC 6749 §2.3.1). */
export function generateSecrets(): Readonly<Record<string, string>> {
  const clients: readonly Client[] = Object.values(CLIENTS);
  return Object.fromEntries(
    clients
      .filter(({ auth }) => auth !== 'none' && !auth.endsWith('tls_client_auth'))
      .map(({ id, auth }) => [id, auth === 'private_key_jwt' ? privateKey() : secret(auth)]),
  );
}

const secret = (auth: Client['auth']): string =>
  randomBytes(32).toString('base64url') + (auth === 'client_secret_basic' ? ':+/ %&=~*' : '');
const privateKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
