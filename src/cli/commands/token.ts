import { fail } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import type { AccessToken } from '../../core/session.ts';
import { idTokenView, tokenView } from '../../core/session-view.ts';
import { checkUrl } from '../../core/url.ts';
import type { Command, Context } from '../command.ts';
import { ownFlag } from '../everywhere.ts';
import { readOwn, takeToken, tokenOptions } from '../token-options.ts';
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

/** The proof that was asked for. Throws `usage_conflict` for a token that is bound to no key. */
function proofOf(context: Context, { proof, type }: AccessToken): string | undefined {
  const said = (key: 'proofFor' | 'proofMethod' | 'proofNonce'): string | undefined => readOwn(context, own, key) as string | undefined;
  const url = said('proofFor');
  if (url === undefined && type === 'DPoP')
    context.warn({
      code: 'token_is_bound',
      message: 'The token is bound to a key (DPoP): it is of no use without a proof for each request.',
    });
  if (url === undefined) return undefined;
  if (proof === undefined)
    fail('usage_conflict', '--proof-for: the token is not bound to a key.', { hint: 'Sign in with --dpop for one that is.' });
  const method = said('proofMethod') ?? 'GET';
  if (!/^[A-Za-z-]+$/.test(method)) fail('usage_bad_value', '--proof-method must be a method of HTTP.');
  return proof(method.toUpperCase(), checkUrl(url, '--proof-for').href, said('proofNonce'));
}

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
  async run(context) {
    const { argv, registry, world } = context;
    const asksAccess = ownFlag(argv, 'accessToken') === true;
    if (asksAccess && ownFlag(argv, 'idToken') === true) fail('usage_conflict', '--access-token and --id-token ask for different tokens.');
    await context.settings();
    const { token: preferred = 'access' } = registry.record('formatter', await context.format());
    const taken = await takeToken(context, asksAccess ? 'access' : preferred);
    const now = world.clock.now();
    const view =
      taken.kind === 'id' ? idTokenView(taken.token, { now }) : tokenView(taken.token, { now, proof: proofOf(context, taken.token) });
    return { view, ...(taken.unsaved && { failure: taken.unsaved }) };
  },
};
