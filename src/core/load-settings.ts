/** From the world to Settings: every layer of a call, in one place. */
import { besideProfile, type CallWorld, environmentLayer, flagLayer, programLayer } from './call-layers.ts';
import { type Config, configPlace } from './config-file.ts';
import { isReference, LAYERS, type Layer } from './layer.ts';
import { type Place, readOption } from './options.ts';
import { profileLayer } from './profile.ts';
import { projectLayer } from './project-file.ts';
import type { Registry } from './registry.ts';
import type { Redactor } from './secret.ts';
import { mergeSettings, type Settings } from './settings.ts';

export interface SettingsSources extends CallWorld {
  readonly registry: Registry;
  readonly redactor: Redactor;
  readonly home: string | undefined;
  /** From `readConfig`; it is read before, since it lists the plugins whose options are declared here. */
  readonly config: Config | undefined;
  /** What the command line says, by option key; `xFile`, `xStdin` and `xSource` for a secret `x`. */
  readonly flags: ReadonlyMap<string, unknown>;
  /** What `--sandbox` or a tool of one's own stands for, by option key. Then no project file counts, and only a profile that is asked for by name. */
  readonly sandbox?: Readonly<Record<string, unknown>> | undefined;
  /** What a program that embeds Padlock passes. */
  readonly program?: Readonly<Record<string, unknown>> | undefined;
}

interface ChosenProfile {
  readonly name: string;
  readonly place: Place;
  /** Asked for in this call, not by the environment, a file or a default. */
  readonly explicit: boolean;
}

function chosenProfile(layers: readonly Layer[], registry: Registry, config: Config | undefined): ChosenProfile | undefined {
  const option = registry.option('profile')?.option;
  for (const name of LAYERS) {
    const raw = layers.find((layer) => layer.name === name)?.values.get('profile');
    if (!option || !raw || isReference(raw)) continue;
    return { name: String(readOption(option, raw.raw, raw.place)), place: raw.place, explicit: name === 'program' || name === 'flag' };
  }
  const name = config?.defaultProfile;
  return name === undefined ? undefined : { name, place: configPlace('default_profile'), explicit: false };
}

/** Throws `usage_*` and `config_*`, each naming the flag, the variable or the key at fault. */
export async function loadSettings(sources: SettingsSources): Promise<Settings> {
  const { registry, redactor, host, files, cwd, home, config, flags, sandbox, program } = sources;
  const env = environmentLayer(registry, (name) => host.env(name), sources);
  const project = sandbox ? undefined : await projectLayer(files, cwd, home, registry);
  const call = [flagLayer(registry, flags, sources), ...(project ? [project] : []), ...(program ? [programLayer(registry, program)] : [])];
  const profile = chosenProfile([...call, env], registry, config);
  const used = profile && (profile.explicit || !sandbox) ? profile : undefined;
  const layers = [...call, used?.explicit ? besideProfile(env, registry) : env];
  if (used) layers.push(profileLayer(config, used.name, used.place, registry, { files, host }));
  if (sandbox) layers.push(programLayer(registry, sandbox, 'sandbox'));
  return mergeSettings(layers, registry, redactor);
}
