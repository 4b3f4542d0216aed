import { clientOptions } from '../../core/client-options.ts';
import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const { clientAssertion, clientCertificate, clientSecret, privateKey } = clientOptions;
const options = defineOptions({ clientSecret, privateKey, clientCertificate, clientAssertion });

/** A public client: it names itself and proves nothing (RFC 6749 §2.1). */
export const none = {
  kind: 'client-auth',
  name: 'none',
  summary: 'a public client without a secret',
  method: 'none',
  options,
  applies(values: ValuesOf<typeof options>) {
    return Object.values(values).every((value) => value === undefined) || { no: 'the client has something to prove itself with' };
  },
  authenticate(_values, { form, provider }) {
    form.set('client_id', provider.clientId);
  },
} satisfies Recorded<ClientAuth>;
