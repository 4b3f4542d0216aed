import { defineOptions } from '../../core/options.ts';
import type { Command } from '../command.ts';
import { tokenOptions } from '../token-options.ts';
import { SECRETS } from './auth.ts';

const own = defineOptions({
  ...tokenOptions,
  proofFor: {
    type: 'string',
    summary: 'the request that a DPoP proof is made for, beside the token',
    placeholder: 'URL',
    flagOnly: true,
  },
  proofMethod: { type: 'string', summary: 'its method (default GET)', placeholder: 'METHOD', flagOnly: true },
  proofNonce: { type: 'string', summary: 'the nonce that the server gave for it', placeholder: 'NONCE', flagOnly: true },
  accessToken: { type: 'boolean', summary: 'the access token, also where a format prefers the ID token', flagOnly: true },
});

/** Prints a token and nothing else: the stored one, a refreshed one, or a new one if no human is needed. */
export const token: Command = {
  name: 'token',
  summary: 'print an access token',
  examples: [
    ['padlock token', "the current session's, on stdout"],
    ['padlock token -p ci --format json | jq -r .access_token', 'with all that is known of it'],
    ['padlock token -o header | curl -H @- https://api.example', 'for curl, and for no process list'],
    ['padlock token -o header --proof-for https://api.example | curl -H @- https://api.example', 'where it is bound to a key (DPoP)'],
  ],
  signsIn: true,
  own,
  givesToken: true,
  footer: SECRETS,
  format: 'raw',
  run: async (context) => (await import('../runs/token.ts')).run(context),
};
