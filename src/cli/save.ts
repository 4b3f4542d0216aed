/** `--save NAME`: what a sign-in used, as a profile. */
import { AUTO } from '../core/auto.ts';
import { checkProfileName, saveProfile, setDefaultProfile } from '../core/config-changes.ts';
import { fail } from '../core/errors.ts';
import { generalOptions } from '../core/general-options.ts';
import type { Options } from '../core/options.ts';
import type { Registry } from '../core/registry.ts';
import type { Session } from '../core/session.ts';
import type { Settings } from '../core/settings.ts';
import { excerpt } from '../core/text.ts';
import type { Context } from './command.ts';
import { configPlaceOf } from './config-place.ts';
import { ownFlag } from './everywhere.ts';

/** How a call is printed and which profile it used is not part of a profile. */
const PASSING: ReadonlySet<string> = new Set(['profile', 'format', 'noCache']);

/** Everything of a profile that Padlock and the strategies in use declare. */
export function savable(registry: Registry, flow: string | undefined, provider: string | undefined): Options {
  const used = registry.options().filter(({ owners }) => {
    const flows = owners.filter(({ kind }) => kind === 'grant');
    const isWhere = owners.some(({ kind, name }) => kind === 'provider' && name === provider);
    return isWhere || flows.length === 0 || flow === AUTO || flows.some(({ name }) => name === flow);
  });
  const options = { ...generalOptions, ...Object.fromEntries(used.map(({ key, option }) => [key, option])) };
  return Object.fromEntries(Object.entries(options).filter(([key]) => !PASSING.has(key)));
}

/** Refuses, before anybody signs in, what cannot be kept. Throws `usage_conflict`, `usage_bad_value`. */
export function checkSave({ argv }: Context): void {
  const name = ownFlag(argv, 'save');
  if (typeof name === 'string') checkProfileName(name);
  if (ownFlag(argv, 'save') !== undefined && ownFlag(argv, 'sandbox') === true)
    fail('usage_conflict', 'The provider of --sandbox ends with this command, so there is nothing to --save.', {
      hint: 'One that stays, with a profile: padlock sandbox.',
    });
}

export async function save(context: Context, settings: Settings, session: Session, name: string): Promise<void> {
  const options = savable(context.registry, String(settings.get('flow')), settings.text('provider'));
  const place = configPlaceOf(context);
  const { path, left } = await saveProfile(context.world.files, place, name, settings, options, {
    flow: settings.text('flow') ?? session.flow,
  });
  const isFirst = path !== undefined && context.config?.defaultProfile === undefined;
  if (isFirst) await setDefaultProfile(context.world.files, place, name);
  const what = `profile ${excerpt(name, 60)}${isFirst ? ', the default one,' : ''}`;
  await context.say(`Saved as ${what} in ${excerpt(path ?? 'no file', 200)}.`);
  if (left.length > 0) await context.say(`Not saved, because secrets stay out of it: ${left.map((flag) => `--${flag}`).join(', ')}.`);
}
