import { clientOptions } from '../../core/client-options.ts';
import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const options = defineOptions({
  clientAssertion: { ...clientOptions.clientAssertion, required: true },
  clientAssertionType: {
    type: 'string',
    summary: 'what kind of assertion it is (default: a JWT)',
    placeholder: 'URN',
    account: 'who',
  },
});

/** Workload identity: an assertion that the machine's own provider made (RFC 7521 §4.2), as GitHub Actions, Kubernetes and SPIFFE do. */
export const clientAssertion = {
  kind: 'client-auth',
  name: 'client-assertion',
  summary: 'an assertion made elsewhere: workload identity, no secret kept',
  method: 'private_key_jwt',
  options,
  applies: ({ clientAssertion: assertion }: Partial<ValuesOf<typeof options>>) =>
    assertion !== undefined || { no: 'there is no assertion' },
  async authenticate(values: ValuesOf<typeof options>, request) {
    const { attachAssertion } = await import('../../core/client-assertion.ts');
    attachAssertion(request, values.clientAssertion, values.clientAssertionType);
  },
} satisfies Recorded<ClientAuth>;
