// What one writes without a library: discovery, token, keys, signature, claims. `node by-hand.mjs SETTINGS`
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { issuer, clientId, clientSecret, username, password, scope } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

async function json(url, init) {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}
const decoded = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());

const metadata = await json(`${issuer}/.well-known/openid-configuration`);
if (metadata.issuer !== issuer) throw new Error('another issuer');
const body = new URLSearchParams({ grant_type: 'password', client_id: clientId, client_secret: clientSecret, username, password, scope });
const { id_token: token } = await json(metadata.token_endpoint, { method: 'POST', body });
const { keys } = await json(metadata.jwks_uri);

const [head, payload, signature] = token.split('.');
const { alg, kid } = decoded(head);
const key = keys.find((jwk) => jwk.kid === kid);
if (alg !== 'RS256' || key === undefined) throw new Error('no key');
const signed = Buffer.from(`${head}.${payload}`);
if (!verify('sha256', signed, createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url'))) throw new Error('signature');

const claims = decoded(payload);
const now = Date.now() / 1000;
if (claims.iss !== issuer || claims.aud !== clientId || claims.exp < now - 30 || claims.iat > now + 30) throw new Error('claims');
process.stdout.write(`${JSON.stringify(claims)}\n`);
