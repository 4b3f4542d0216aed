/** The provider's own sign-out page: what a browser is still signed in to is no business of a token's revocation. */
import { endSessionUrl } from '../core/end-session.ts';
import type { Session } from '../core/session.ts';
import type { EndSession } from '../core/session-view.ts';
import type { Context } from './command.ts';

/** Opens the page, or shows its URL where no browser could be started. Undefined, with a warning, where the provider has none. */
export async function endSession(context: Context, { clientId, issuer }: Session): Promise<EndSession | undefined> {
  const { provider } = await context.services(await context.settings());
  const url = endSessionUrl(await provider.info(issuer, clientId, context.world.signal));
  if (url === undefined) {
    context.warn({ code: 'no_end_session', message: 'The provider has no sign-out page: a browser may still be signed in there.' });
    return undefined;
  }
  const { browser, notices } = await context.ports();
  const opened = (await browser?.open(url).catch(() => false)) === true;
  if (opened) await context.say(`Your browser shows the provider's sign-out page: ${url}`);
  else notices?.show(`Sign out of the provider in a browser, too: ${url}`, { action: 'end_session', url });
  return { url, opened };
}
