/** `--save NAME`: what a sign-in used, as a profile. */
import { saveProfile } from '../core/config-changes.ts';
import { generalOptions } from '../core/general-options.ts';
import type { Options } from '../core/options.ts';
import type { Session } from '../core/session.ts';
import type { Settings } from '../core/settings.ts';
import { excerpt } from '../core/text.ts';
import type { Context } from './command.ts';
import { configPlaceOf } from './config-place.ts';

/** How a call is printed and which profile it used is not part of a profile. */
const PASSING: ReadonlySet<string> = new Set(['profile', 'format', 'noCache']);

/** Everything that Padlock and the strategies in use declare. */
function optionsInUse({ registry }: Context, settings: Settings): Options {
  const flow = String(settings.get('flow'));
  const used = registry
    .options()
    .filter(({ key, owners }) => !PASSING.has(key) && owners.every(({ kind, name }) => kind !== 'grant' || name === flow));
  return { ...generalOptions, ...Object.fromEntries(used.map(({ key, option }) => [key, option])) };
}

export async function save(context: Context, settings: Settings, session: Session, name: string): Promise<void> {
  const options = Object.fromEntries(Object.entries(optionsInUse(context, settings)).filter(([key]) => !PASSING.has(key)));
  const { path, left } = await saveProfile(context.world.files, configPlaceOf(context), name, settings, options, { flow: session.flow });
  await context.say(`Saved as profile ${excerpt(name, 60)} in ${excerpt(path ?? 'no file', 200)}.`);
  if (left.length > 0) await context.say(`Not saved, because secrets stay out of it: ${left.map((flag) => `--${flag}`).join(', ')}.`);
}
