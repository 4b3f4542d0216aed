/** Printing a token and nothing else. */
import { fail } from '../../core/errors.ts';
import type { AccessToken } from '../../core/session.ts';
import { idTokenView, tokenView } from '../../core/token-view.ts';
import { checkUrl } from '../../core/url.ts';
import type { Answer, Context } from '../command.ts';
import { ownFlag } from '../everywhere.ts';
import { warnOnScreen } from '../on-screen.ts';
import { readOwn } from '../own-option.ts';
import { takeToken } from '../take-token.ts';

/** The proof that was asked for. Throws `usage_conflict` for a token that is bound to no key. */
function proofOf(context: Context, { proof, type }: AccessToken): string | undefined {
  const said = (key: 'proofFor' | 'proofMethod' | 'proofNonce'): string | undefined => readOwn(context, key) as string | undefined;
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

export async function run(context: Context): Promise<Answer> {
  const { argv, registry, world } = context;
  const asksAccess = ownFlag(argv, 'accessToken') === true;
  if (asksAccess && ownFlag(argv, 'idToken') === true) fail('usage_conflict', '--access-token and --id-token ask for different tokens.');
  await context.settings();
  const { token: preferred = 'access' } = registry.record('formatter', await context.format());
  const taken = await takeToken(context, asksAccess ? 'access' : preferred);
  const now = world.clock.now();
  const view =
    taken.kind === 'id' ? idTokenView(taken.token, { now }) : tokenView(taken.token, { now, proof: proofOf(context, taken.token) });
  warnOnScreen(context);
  return { view, ...(taken.unsaved && { failure: taken.unsaved }) };
}
