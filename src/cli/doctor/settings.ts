/** The settings of a call that may be broken: as much of them as can be had. */
import { isPadlockError, type PadlockError } from '../../core/errors.ts';
import { providerOptions } from '../../core/general-options.ts';
import { mergeSettings, type Settings } from '../../core/settings.ts';
import type { Context } from '../command.ts';
import { ownFlag } from '../everywhere.ts';

export interface Settled {
  readonly settings: Settings;
  /** The profile that was meant, whether it can be used or not. */
  readonly profile: string | undefined;
  /** Why they are not all of the settings. */
  readonly fault?: PadlockError;
}

/** All of them; or without the configuration; or without anything but the issuer, which can be looked at whatever else is wrong. */
export async function settled(context: Context): Promise<Settled> {
  const { argv, config, faults, redactor, registry } = context;
  const typed = ownFlag(argv, 'profile');
  const meant = typeof typed === 'string' ? typed : config?.defaultProfile;
  const ways = [...(faults.some(({ category }) => category !== 'plugin') ? [] : [context.settings]), context.settingsAlone];
  let fault: PadlockError | undefined;
  for (const way of ways) {
    try {
      const settings = await way();
      if (fault === undefined) return { settings, profile: settings.text('profile') ?? meant };
      return { settings: withIssuer(settings, meant, context), profile: meant, fault };
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      fault ??= error;
    }
  }
  const nothing = mergeSettings([], registry, redactor);
  return { settings: withIssuer(nothing, meant, context), profile: meant, ...(fault && { fault }) };
}

function withIssuer(settings: Settings, profile: string | undefined, { argv, config, world }: Context): Settings {
  if (settings.has('issuer')) return settings;
  const named = ownFlag(argv, 'issuer') ?? (world.host.env('PADLOCK_ISSUER') || config?.profiles.get(profile ?? '')?.get('issuer'));
  return typeof named === 'string' && named !== '' ? settings.choosing('issuer', providerOptions.issuer, named) : settings;
}
