import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { defineOptions, shared, type ValuesOf } from '../../core/options.ts';

const options = defineOptions({ clientSecret: { ...shared.clientSecret, required: true } });

/** HTTP Basic (RFC 6749 §2.3.1). */
export const clientSecretBasic = {
  kind: 'client-auth',
  name: 'client-secret-basic',
  summary: 'the client secret in the Authorization header',
  method: 'client_secret_basic',
  options,
  applies: ({ clientSecret }: Partial<ValuesOf<typeof options>>) => clientSecret !== undefined || { no: 'there is no client secret' },
  authenticate({ clientSecret }: ValuesOf<typeof options>, { headers, provider }) {
    headers.set('authorization', `Basic ${base64(`${formEncoded(provider.clientId)}:${formEncoded(clientSecret)}`)}`);
  },
} satisfies Recorded<ClientAuth>;

/** RFC 6749 appendix B, with unreserved characters left as they are: servers that do not decode still know `padlock-conf`. */
const formEncoded = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');

const base64 = (ascii: string): string => btoa(ascii);
