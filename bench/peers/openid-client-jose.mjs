// The same with the two libraries that Padlock uses too, as their manuals show them. `node openid-client-jose.mjs SETTINGS`
import { readFileSync } from 'node:fs';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { allowInsecureRequests, discovery, genericGrantRequest } from 'openid-client';

const { issuer, clientId, clientSecret, username, password, scope } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const config = await discovery(new URL(issuer), clientId, clientSecret, undefined, { execute: [allowInsecureRequests] });
const { id_token: token } = await genericGrantRequest(config, 'password', { username, password, scope });
const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
const { payload } = await jwtVerify(token, keys, { issuer, audience: clientId, algorithms: ['RS256'] });
process.stdout.write(`${JSON.stringify(payload)}\n`);
