import { createPublicKey, verify } from 'node:crypto';

/** Bytes of canonical base64url: `Buffer` alone would also take what was changed on the way. */
function bytes(part, host) {
  const decoded = Buffer.from(part, 'base64url');
  return decoded.toString('base64url') === part ? decoded : host.fail('token_malformed', { message: 'The token is not base64url.' });
}

function object(part, host) {
  const text = bytes(part, host).toString();
  const value = text.startsWith('{') ? parsed(text) : undefined;
  return value ?? host.fail('token_malformed', { message: 'The token is not a JSON object.' });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @type {import('padlock-auth/plugin').Plugin} */
export default {
  apiVersion: 1,
  name: 'own',
  strategies: [
    {
      kind: 'verifier',
      name: 'node-crypto',
      summary: 'RS256 by node:crypto, without a JOSE library',
      algorithms: ['RS256'],
      keySet: true,
      // Only the signature: the claims (iss, aud, exp, …) are checked by Padlock, whatever the verifier.
      async verify(token, _values, host) {
        const parts = token.split('.');
        if (parts.length !== 3) host.fail('token_malformed', { message: 'A token has three parts.' });
        const { alg, kid = null, crit } = object(parts[0], host);
        if (alg !== 'RS256' || !host.algorithms.includes(alg))
          host.fail('token_alg_not_allowed', { message: 'The token is not signed RS256.' });
        if (crit !== undefined) host.fail('token_crit', { message: 'The token has extensions that must be understood.' });

        const { keys } = await host.keys();
        const jwk = keys.find((key) => key.kty === 'RSA' && key.kid === kid && (key.alg ?? alg) === alg && (key.use ?? 'sig') === 'sig');
        if (jwk === undefined) host.fail('token_key_not_found', { message: 'No key of the provider fits the token.' });
        const key = createPublicKey({ key: jwk, format: 'jwk' });
        if (key.asymmetricKeyDetails.modulusLength < 2048) host.fail('token_key_unsafe', { message: 'The key is shorter than 2048 bits.' });

        if (!verify('sha256', Buffer.from(`${parts[0]}.${parts[1]}`), key, bytes(parts[2], host)))
          host.fail('token_signature', { message: 'The signature is not one of this key.' });
        return { payload: object(parts[1], host), alg, kid };
      },
    },
  ],
};
