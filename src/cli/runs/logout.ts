/** Forgetting sessions, and telling the provider. */
import { fail, isPadlockError, type PadlockError } from '../../core/errors.ts';
import type { PadlockPipeline } from '../../core/padlock.ts';
import type { Session } from '../../core/session.ts';
import { type SignedOut, signedOutView } from '../../core/session-view.ts';
import type { Settings } from '../../core/settings.ts';
import type { Answer, Context } from '../command.ts';
import { endSession } from '../end-session.ts';
import { ownFlag } from '../everywhere.ts';

interface Outcome {
  readonly done: SignedOut[];
  /** The first thing that went wrong after something was forgotten. */
  failure: PadlockError | undefined;
}

/** Forgets one session, or the current one. What the provider says to it does not bring it back. */
async function forget(context: Context, padlock: PadlockPipeline, session: Session | undefined, local: boolean, outcome: Outcome) {
  let dropped: Session | undefined;
  const stop = padlock.on('dropped', (one) => {
    dropped = one;
  });
  try {
    const { revoked } = await padlock.logout(session, { local, signal: context.world.signal });
    if (dropped !== undefined) outcome.done.push({ session: dropped, revoked });
  } catch (error) {
    if (dropped === undefined || !isPadlockError(error)) throw error;
    outcome.done.push({ session: dropped, revoked: false });
    outcome.failure ??= error;
  } finally {
    stop();
  }
}

/** Last, when nothing can be lost any more. */
async function showPage(context: Context, outcome: Outcome): Promise<void> {
  const [forgotten] = outcome.done;
  if (forgotten === undefined) return;
  try {
    outcome.done[0] = { ...forgotten, endSession: await endSession(context, forgotten.session) };
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    outcome.failure ??= error;
  }
}

/** The settings that the sessions of a profile were made with; undefined when there is no such profile any more. */
async function settingsFor(context: Context, profile: string | undefined): Promise<Settings | undefined> {
  const settings = await context.settings();
  if (settings.text('profile') === profile) return settings;
  if (profile === undefined) return undefined;
  try {
    return await context.settingsWith(new Map([['profile', profile]]));
  } catch (error) {
    if (!isPadlockError(error) || error.category !== 'config') throw error;
    context.warn({ code: error.code, message: `The provider was not told of the sessions of profile ${profile}: ${error.message}` });
    return undefined;
  }
}

/** Each profile's sessions with its own settings: a client's secret is not for another one's provider. */
async function forgetAll(context: Context, local: boolean, outcome: Outcome): Promise<void> {
  const first = await context.padlock(await context.settings());
  const listed = await first.sessions().catch((error: unknown) => {
    if (!isPadlockError(error) || error.category !== 'storage') throw error;
    return []; // forgetAll() removes what cannot be read, or says why it cannot
  });
  for (const profile of new Set(listed.map(({ session }) => session.profile))) {
    const settings = await settingsFor(context, profile);
    const padlock = settings === undefined ? first : await context.padlock(settings);
    for (const { session } of await padlock.sessions())
      if (session.profile === profile) await forget(context, padlock, session, local || settings === undefined, outcome);
  }
  await (await context.padlock(await context.settings())).forgetAll();
}

function told({ done, failure }: Outcome, all: boolean): string {
  if (done.length === 0) return all ? 'Nothing is left of any session.' : 'Nobody is signed in.';
  const what = done.length === 1 ? 'Signed out' : `Signed out of ${done.length} sessions`;
  if (done.every(({ revoked }) => revoked)) return `${what}.`;
  return `${what} here; ${failure === undefined ? 'the provider was not told' : 'telling the provider failed'}.`;
}

export async function run(context: Context): Promise<Answer> {
  const on = (key: 'all' | 'browser' | 'local'): boolean => ownFlag(context.argv, key) === true;
  if (on('browser') && (on('all') || on('local')))
    fail(
      'usage_conflict',
      `--browser is for one session, and tells its provider; it cannot be used with --${on('all') ? 'all' : 'local'}.`,
    );
  const outcome: Outcome = { done: [], failure: undefined };
  if (on('all')) await forgetAll(context, on('local'), outcome);
  else await forget(context, await context.padlock(await context.settings()), undefined, on('local'), outcome);
  await context.say(told(outcome, on('all')));
  if (on('browser')) await showPage(context, outcome);
  return { ...(context.machine() && { view: signedOutView(outcome.done) }), ...(outcome.failure && { failure: outcome.failure }) };
}
