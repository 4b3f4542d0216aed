/** What the settings say about a provider beside its issuer: the preset, and endpoints given by hand. They are for that issuer and no other. */
import { endpointOptions } from './general-options.ts';
import { inject, injectable } from './inject.ts';
import { issuerUrl } from './issuer-url.ts';
import { configKey } from './options.ts';
import type { Preset, PresetFacts } from './preset.ts';
import { Registry } from './registry.ts';
import { Settings } from './settings.ts';

export interface Known {
  readonly preset: Preset | undefined;
  /** By their names in the metadata. */
  readonly endpoints: Readonly<Record<string, string>>;
}

const NOTHING: Known = { preset: undefined, endpoints: {} };

@injectable()
export class KnownProvider {
  readonly #settings: Settings;
  readonly #registry: Registry;

  constructor(@inject(Settings) settings: Settings, @inject(Registry) registry: Registry) {
    this.#settings = settings;
    this.#registry = registry;
  }

  /** What is known of the provider with this issuer. Throws `usage_unknown_strategy`. */
  async of(issuer: string): Promise<Known> {
    const configured = this.#settings.text('issuer');
    if (configured === undefined || issuerUrl(configured, { name: 'The issuer', kind: 'config' }) !== issuer) return NOTHING; // check: known provider
    const name = this.#settings.text('provider');
    const given = Object.entries(this.#settings.pick(endpointOptions)).flatMap(([key, url]) =>
      url === undefined ? [] : [[configKey(key), url]],
    );
    return {
      preset: name === undefined ? undefined : await this.#registry.use('provider', name),
      endpoints: Object.fromEntries(given) as Record<string, string>,
    };
  }
}

/** The facts of the preset that the settings name. */
export function presetFacts(settings: Settings, registry: Registry): PresetFacts | undefined {
  const name = settings.text('provider');
  return name === undefined ? undefined : registry.record('provider', name);
}
