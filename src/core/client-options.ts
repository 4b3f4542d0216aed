/** The words by which a client proves itself, shared by the ways of doing so. */
import { defineOptions, shared } from './options.ts';

export const clientOptions = defineOptions({
  clientSecret: shared.clientSecret,
  privateKey: {
    type: 'string',
    summary: "the client's private key, PEM or JWK",
    secret: true,
    account: 'who',
    unreadable: 'config_bad_key',
  },
  clientCertificate: {
    type: 'string',
    summary: "the client's certificate with its chain, PEM",
    secret: true,
    account: 'who',
    unreadable: 'config_bad_key',
  },
  clientAssertion: {
    type: 'string',
    summary: 'a signed statement of who the client is, made elsewhere',
    secret: true,
    account: 'who',
    issued: true,
  },
  clientAssertionAlg: {
    type: 'string',
    summary: 'what signs the assertion; by default what the key and the provider can do',
    placeholder: 'ALG',
    choices: 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' '),
    account: 'who',
  },
  clientAssertionAudience: {
    type: 'string',
    summary: 'whom the assertion is for; endpoint is the one that is asked',
    choices: ['issuer', 'token-endpoint', 'endpoint'],
    default: 'issuer',
    account: 'who',
  },
});

const { clientCertificate, privateKey } = clientOptions;
/** What mutual TLS needs; one file may hold both. */
export const tlsClientOptions = defineOptions({ clientCertificate: { ...clientCertificate, required: true }, privateKey });
