/** The options that belong to Padlock itself and to no strategy, in the groups that help shows. */

import { factorOptions } from './factor-options.ts';
import { defineOptions } from './options.ts';
import { USUAL_TIMEOUT } from './patience.ts';

export const providerOptions = defineOptions({
  provider: { type: 'string', summary: 'a provider that Padlock knows', placeholder: 'PROVIDER', account: 'where' },
  issuer: { type: 'string', summary: "the provider's issuer URL", placeholder: 'URL', identity: true, account: 'where' },
  clientId: { type: 'string', summary: 'client identifier', placeholder: 'ID', identity: true, account: 'who' },
  clientAuth: { type: 'string', summary: 'how the client proves itself', placeholder: 'METHOD', account: 'who' },
  caFile: { type: 'string', summary: 'trust these certificates too (PEM)', placeholder: 'FILE' },
});

const endpoint = (summary: string) => ({ type: 'string', summary, placeholder: 'URL', form: 'url', account: 'where' }) as const;

/** What a discovery document would say, by hand. `tokenEndpoint` stands for `token_endpoint`. */
export const endpointOptions = defineOptions({
  tokenEndpoint: endpoint('where tokens are asked for, in place of what the provider publishes'),
  jwksUri: endpoint('where its keys are'),
  authorizationEndpoint: endpoint('where a browser signs in'),
  deviceAuthorizationEndpoint: endpoint('where a device begins'),
  userinfoEndpoint: endpoint('where claims about the user are'),
  introspectionEndpoint: endpoint('where tokens are judged'),
  revocationEndpoint: endpoint('where tokens are given back'),
});

export const requestOptions = defineOptions({
  flow: { type: 'string', summary: 'how to sign in, or auto', placeholder: 'FLOW', identity: true },
  scope: { type: 'list', summary: 'scopes to ask for; +x adds to the default', placeholder: 'SCOPE', project: true },
  audience: { type: 'string', summary: 'who the access token is for', placeholder: 'AUDIENCE', project: true },
  resource: { type: 'list', summary: 'resource indicators (RFC 8707)', placeholder: 'URI', project: true },
  authorizationDetails: { type: 'string', summary: 'what is asked for in detail (RFC 9396)', placeholder: 'JSON|@FILE' },
  dpop: { type: 'boolean', summary: 'a token bound to a key, and no other (RFC 9449)' },
  param: { type: 'map', summary: 'any other parameter of the token request', placeholder: 'KEY=VALUE' },
});

export const storeOptions = defineOptions({
  store: { type: 'string', summary: 'where sessions are kept', placeholder: 'STORE' },
  noStore: { type: 'boolean', summary: 'keep nothing when the command is over' },
});

export const mannerOptions = defineOptions({
  acceptDeprecated: { type: 'boolean', summary: 'do not warn of a deprecated flow' },
});

export const checkOptions = defineOptions({
  verifier: {
    type: 'list',
    summary: 'what verifies ID tokens (auto decides), and access tokens',
    placeholder: 'VERIFIER',
    default: 'auto',
  },
  idTokenSignedResponseAlg: { type: 'string', summary: 'the one algorithm that may sign the ID token', placeholder: 'ALG' },
  requireVerified: { type: 'boolean', summary: 'refuse an access token that cannot be verified' },
  clockSkew: { type: 'number', summary: 'tolerated clock difference', placeholder: 'SECONDS', default: 30, minimum: 0, maximum: 300 },
});

export const runOptions = defineOptions({
  profile: { type: 'string', summary: 'named settings', placeholder: 'NAME', short: 'p', project: true },
  timeout: {
    type: 'number',
    summary: 'how long one request may take',
    placeholder: 'SECONDS',
    default: USUAL_TIMEOUT,
    minimum: 1,
    maximum: 600,
  },
  noCache: { type: 'boolean', summary: 'fetch metadata and keys anew' },
  format: { type: 'string', summary: 'how the answer is printed', placeholder: 'FORMAT', short: 'o', aliases: ['output'], project: true },
});

export const generalOptions = {
  ...providerOptions,
  ...endpointOptions,
  ...requestOptions,
  ...storeOptions,
  ...mannerOptions,
  ...factorOptions,
  ...checkOptions,
  ...runOptions,
};
