/** What the user keeps for this call: the configuration file, and the plugins that it lists or that were typed. */
import { type Config, readConfig } from '../core/config-file.ts';
import { isPadlockError, type PadlockError } from '../core/errors.ts';
import type { Registry } from '../core/registry.ts';
import type { Command, ProgramOptions } from './command.ts';
import { configPlaceOf } from './config-place.ts';
import { ownFlag } from './everywhere.ts';
import type { Argv } from './flags.ts';
import type { World } from './world.ts';

export interface Configured {
  readonly config: Config | undefined;
  /** There were plugins, whose options may be among the flags. */
  readonly extended: boolean;
  /** What is wrong with them, where the command is there to mend that; otherwise it was thrown. */
  readonly faults: readonly PadlockError[];
}

interface Call {
  readonly argv: Argv;
  readonly command: Command;
  readonly program: ProgramOptions;
  readonly registry: Registry;
  readonly world: World;
}

/** Reads the configuration file and registers the plugins, and notes in `loaded` from where. Throws `config_*`, `plugin_*`. */
export async function configured({ argv, command, program, registry, world }: Call, loaded = new Set<string>()): Promise<Configured> {
  const faults: PadlockError[] = [];
  const forgive = (error: unknown, mended: boolean): void => {
    if (!mended || !isPadlockError(error)) throw error;
    faults.push(error);
  };
  let config: Config | undefined;
  try {
    if (reads(command) && concerns(argv, command, program)) config = await readConfig(world.files, configPlaceOf({ argv, world }));
  } catch (error) {
    forgive(error, command.mends === 'everything');
  }
  const typed = (ownFlag(argv, 'plugin') as readonly string[] | undefined) ?? [];
  const references = [
    ...(config?.plugins ?? []).map((entry) => ({ ...entry, from: config?.directory ?? world.cwd })),
    ...typed.map((path) => ({ path, from: world.cwd })),
  ];
  const wished = Number(ownFlag(argv, 'timeout') ?? world.host.env('PADLOCK_TIMEOUT')); // the settings are not read yet
  const patience = wished >= 1 ? Math.min(wished, 600) : undefined;
  if (references.length === 0) return { config, faults, extended: false };
  const { loadPlugin, locatePlugin } = await import('../core/plugins.ts');
  const { registerPlugin } = await import('../core/plugin-record.ts');
  for (const reference of references) {
    try {
      const file = await locatePlugin(world.files, reference);
      if (loaded.has(file)) continue;
      loaded.add(file);
      registerPlugin(registry, await loadPlugin(world.files, reference, patience));
    } catch (error) {
      forgive(error, command.mends !== undefined);
    }
  }
  return { config, faults, extended: true };
}

const reads = ({ name, signsIn }: Command): boolean => signsIn || name === 'config' || name === 'plugin' || name === 'strategies';

/** A tool of one's own brings its settings; what its user keeps for Padlock is read where they name a profile or a file of it. */
const concerns = (argv: Argv, { takesProfile }: Command, { preset }: ProgramOptions): boolean =>
  preset === undefined ||
  ownFlag(argv, 'profile') !== undefined ||
  ownFlag(argv, 'config') !== undefined ||
  (takesProfile === true && argv.positionals.length > 1);
