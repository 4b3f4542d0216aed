import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { fail } from '../../core/errors.ts';
import { defineOptions, shared, type ValuesOf } from '../../core/options.ts';

const options = defineOptions({ clientSecret: { ...shared.clientSecret, required: true } });

/** HTTP Basic as RFC 7617 has it: for servers that do not decode what RFC 6749 §2.3.1 has a client encode. */
export const clientSecretBasicRaw = {
  kind: 'client-auth',
  name: 'client-secret-basic-raw',
  summary: 'the same without form-encoding, for servers that do not decode it',
  method: 'client_secret_basic',
  options,
  applies: () => ({ no: 'it has to be named: it is against RFC 6749' }),
  authenticate({ clientSecret }: ValuesOf<typeof options>, { headers, provider: { clientId } }) {
    if (clientId.includes(':'))
      fail('usage_conflict', 'A client id with a colon cannot be sent in this way: a server takes what follows it for the secret.', {
        hint: 'Choose another one with --client-auth.',
      }); // check: colon in a client id
    headers.set('authorization', `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`);
  },
} satisfies Recorded<ClientAuth>;
