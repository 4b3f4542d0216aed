/** The flags of a command that hands out a token. */
import { defineOptions } from '../core/options.ts';

export const tokenOptions = defineOptions({
  minTtl: {
    type: 'number',
    summary: 'how long the token must still live (default 10)',
    placeholder: 'SECONDS',
    minimum: 0,
    maximum: 86_400,
    flagOnly: true,
  },
  refresh: { type: 'boolean', summary: 'a new token, even if the stored one is good', flagOnly: true },
  idToken: { type: 'boolean', summary: 'the ID token in place of the access token', flagOnly: true },
  login: { type: 'boolean', summary: 'sign in if that is needed, asking for what is missing', flagOnly: true },
});
