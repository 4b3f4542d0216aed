import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { defineOptions, shared, type ValuesOf } from '../../core/options.ts';

const options = defineOptions({ clientSecret: shared.clientSecret });

/** A public client: it names itself and proves nothing (RFC 6749 §2.1). */
export const none = {
  kind: 'client-auth',
  name: 'none',
  summary: 'a public client without a secret',
  method: 'none',
  options,
  applies: ({ clientSecret }: ValuesOf<typeof options>) => clientSecret === undefined || { no: 'there is a client secret' },
  authenticate(_values, { form, provider }) {
    form.set('client_id', provider.clientId);
  },
} satisfies Recorded<ClientAuth>;
