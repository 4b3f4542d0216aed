/** Signing in, and showing who it was. */
import { fail, isPadlockError } from '../../core/errors.ts';
import { runOptions } from '../../core/general-options.ts';
import type { Session } from '../../core/session.ts';
import { sessionView } from '../../core/session-view.ts';
import type { Answer, Context } from '../command.ts';
import { refuseForeign } from '../context.ts';
import { ownFlag } from '../everywhere.ts';
import { chooseFlow } from '../flow.ts';
import { warnOnScreen } from '../on-screen.ts';
import { checkSave, save } from '../save.ts';

export async function run(context: Context): Promise<Answer> {
  const { argv, world } = context;
  const showTokens = shownTokens(ownFlag(argv, 'showTokens'));
  checkSave(context);
  const name = ownFlag(argv, 'save');
  const chosen = await chooseFlow(context, await context.settings());
  // it is the new profile's session, so that padlock token finds it by that name
  const settings = typeof name === 'string' ? chosen.choosing('profile', runOptions.profile, name) : chosen;
  refuseForeign(context, String(settings.get('flow')), settings.text('provider'));
  const padlock = await context.padlock(settings);
  const session = await padlock.authenticate({ signal: world.signal });
  const view = sessionView(session, { showTokens, now: world.clock.now() });
  let failure = session.unsaved; // the answer is there; only keeping it failed
  try {
    if (typeof name === 'string') await save(context, settings, session, name);
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    failure ??= error;
  }
  await tellPlace(context, session);
  if (showTokens !== false) warnOnScreen(context);
  return { view, ...(failure && { failure }) };
}

/** Where the session is kept, for who asks with -v; that it is not kept, for everybody who did not ask for that. */
async function tellPlace(context: Context, { stored, unsaved }: Session): Promise<void> {
  const { manners, world } = context;
  const settings = await context.settings();
  if (world.host.directories === undefined && !settings.has('store') && settings.get('noStore') !== true)
    context.warn({ code: 'session_not_kept', message: 'There is no home directory to keep the session in: it ends with this command.' });
  if (manners.verbosity === 'silent' || unsaved !== undefined || stored === undefined) return;
  await context.say(`The session is kept in the ${stored.store} store${stored.key === undefined ? '' : ` (its key: ${stored.key})`}.`);
}

/** `--show-tokens` alone, or `--show-tokens=all`. */
function shownTokens(value: unknown): boolean | 'all' {
  if (value === undefined || value === '' || value === 'all') return value === 'all' ? 'all' : value === '';
  return fail('usage_bad_value', '--show-tokens stands alone, or is --show-tokens=all.');
}
