import type { Source } from '../../core/contracts.ts';

/** A JWT-SVID that an agent such as spiffe-helper keeps fresh in a file. */
export const spiffe: Source = {
  kind: 'source',
  name: 'spiffe',
  summary: 'the JWT-SVID in a file that a SPIFFE agent keeps fresh',
  argument: 'path',
  async read(argument, host) {
    if (typeof argument !== 'string' || argument === '' || argument.includes('\0'))
      return host.fail('config_schema', { message: 'must name the file of a JWT-SVID.' });
    const text = await host.read(argument);
    return isSvid(text.trim())
      ? text
      : host.fail('config_missing_credential', {
          message: 'names a file that holds no JWT-SVID: a signed token whose sub is a SPIFFE ID.',
        });
  },
};

/** JWT-SVID §3: a compact JWS about a SPIFFE ID. Whether to believe it is the provider's business. */
function isSvid(text: string): boolean {
  const [, payload = '', , more] = text.split('.');
  try {
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly sub?: unknown };
    return more === undefined && typeof sub === 'string' && sub.startsWith('spiffe://');
  } catch {
    return false; // not even JSON
  }
}
