import { clientOptions } from '../../core/client-options.ts';
import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const { clientAssertionAlg, clientAssertionAudience, clientCertificate, privateKey } = clientOptions;
const options = defineOptions({
  privateKey: { ...privateKey, required: true },
  clientAssertionKid: {
    type: 'string',
    summary: 'the name (kid) that the provider knows the key by; a JWK may have it',
    placeholder: 'KID',
    account: 'who',
  },
  clientAssertionAlg,
  clientAssertionAudience,
  clientCertificate,
});

/** An assertion signed with the client's private key (RFC 7523). With a certificate its header names that, as Microsoft Entra wants it. */
export const privateKeyJwt = {
  kind: 'client-auth',
  name: 'private-key-jwt',
  summary: "an assertion signed with the client's private key",
  method: 'private_key_jwt',
  options,
  applies: ({ privateKey: key }: Partial<ValuesOf<typeof options>>) => key !== undefined || { no: 'there is no private key' },
  async authenticate(values: ValuesOf<typeof options>, request) {
    const { readPrivateKey, signingAlgorithm } = await import('../../core/private-key.ts');
    const { proveByAssertion } = await import('../../core/client-assertion.ts');
    const own = readPrivateKey(values.privateKey);
    const alg = signingAlgorithm(
      own,
      values.clientAssertionAlg,
      request.provider.metadata.token_endpoint_auth_signing_alg_values_supported,
    );
    const certificate = values.clientCertificate;
    const x5t = certificate === undefined ? undefined : (await import('../../core/client-certificate.ts')).thumbprint(certificate);
    const header = { kid: values.clientAssertionKid ?? own.kid, 'x5t#S256': x5t };
    await proveByAssertion(request, { alg, audience: values.clientAssertionAudience, header, key: own.key });
  },
} satisfies Recorded<ClientAuth>;
