/** Makes the context of one command: settings, ports and the pipeline, each when it is asked for. */

import { AUTO } from '../core/auto.ts';
import { wire } from '../core/compose.ts';
import type { Config } from '../core/config-file.ts';
import type { Formatter } from '../core/contracts.ts';
import { fail, type PadlockError } from '../core/errors.ts';
import { type Container, resolve } from '../core/inject.ts';
import { loadSettings } from '../core/load-settings.ts';
import { once } from '../core/once.ts';
import { PadlockPipeline } from '../core/padlock.ts';
import type { Notice, Notices, Ports } from '../core/ports.ts';
import type { Registry } from '../core/registry.ts';
import type { Redactor } from '../core/secret.ts';
import { Services } from '../core/services.ts';
import type { Settings } from '../core/settings.ts';
import { visible } from '../core/text.ts';
import { caFrom } from './ca-file.ts';
import type { Command, Context, ProgramOptions } from './command.ts';
import { mannersOf, ownFlag } from './everywhere.ts';
import type { Argv, GivenFlag } from './flags.ts';
import { folded } from './layout.ts';
import { draw } from './qr.ts';
import { chooseStore } from './store.ts';
import { uncheckedTls } from './unchecked-tls.ts';
import { withFiles } from './value-files.ts';
import type { World } from './world.ts';

export interface Making {
  readonly argv: Argv;
  readonly command: Command;
  readonly config: Config | undefined;
  readonly container: Container;
  readonly faults: readonly PadlockError[];
  /** What flags or the environment ask for. */
  readonly format: string | undefined;
  readonly options: ProgramOptions;
  readonly redactor: Redactor;
  readonly registry: Registry;
  readonly world: World;
}

/** Milliseconds; somebody waits for the end. */
const GRACE = 750;
const SUFFIX = { value: '', file: 'File', stdin: 'Stdin', source: 'Source' } as const;
const layerKey = ({ flag }: GivenFlag): string => flag.key + SUFFIX[flag.form];

export function contextOf({ argv, command, config, container, faults, format, options, redactor, registry, world }: Making): Context {
  const manners = mannersOf(argv, world);
  const warnings: Notice[] = [];
  let chosen = format;
  const machine = (): boolean => isMachine(registry, chosen ?? command.format);
  const lineOf = (text: string): string => `${folded(visible(redactor.mask(text)), machine() ? undefined : world.stderr.columns)}\n`;
  const tell = (text: string): void => void world.stderr.write(lineOf(text)).catch(() => {}); // a closed stderr must not end a sign-in
  const notices: Notices = {
    warn(notice) {
      warnings.push(notice);
      const shown = notice.essential === true ? !machine() || command.givesToken === true : !machine() && !manners.quiet;
      if (shown)
        tell(machine() ? JSON.stringify({ event: 'warning', code: notice.code, message: notice.message }) : `Warning: ${notice.message}`);
    },
    show(line, event, { qr } = {}) {
      if (!machine()) tell(line);
      else if (event !== undefined) tell(JSON.stringify({ event: 'action_required', ...event }));
      if (qr !== undefined && !machine() && !manners.quiet) draw(qr, world.stderr);
    },
  };
  const { warn } = notices;
  const flags = new Map(argv.given.map((given) => [layerKey(given), given.value]));
  const [operand] = argv.positionals.slice(1);
  if (command.takesProfile === true && operand !== undefined) {
    if ((flags.get('profile') ?? operand) !== operand) fail('usage_conflict', 'Two profiles are named.');
    flags.set('profile', operand);
  }
  for (const { flag } of argv.given)
    if (flag.option.secret && flag.form === 'value' && !isSandbox(argv, config, world))
      warn({
        code: 'usage_secret_in_argv',
        message: `--${flag.name} on the command line can be seen by every user of this machine; --${flag.name}-stdin and --${flag.name}-file cannot.`,
      });

  const sandboxed = once(async (): Promise<Readonly<Record<string, unknown>> | undefined> => {
    if (ownFlag(argv, 'sandbox') !== true) return options.preset;
    const { sandboxValues } = await import('./sandboxed.ts');
    return sandboxValues(flags.get('flow'), flags.get('provider'), world.signal);
  });
  const load = async (said: ReadonlyMap<string, unknown>, alone = false): Promise<Settings> => {
    const { cwd, files, home, host, readStdin } = world;
    const given = (await sandboxed()) ?? (alone ? {} : undefined);
    const full = await withFiles(said, files, cwd);
    return loadSettings({ registry, redactor, host, files, cwd, home, config, flags: full, sandbox: given, readStdin });
  };
  const settings = once(async (): Promise<Settings> => {
    const loaded = await load(flags);
    const preferred = loaded.text('format');
    if (preferred !== undefined && suits(registry.record('formatter', preferred), command)) chosen ??= preferred;
    return loaded;
  });
  const formatName = async (): Promise<string> => {
    if (command.signsIn) await (command.mends === 'everything' ? settings().catch(() => undefined) : settings());
    return chosen ?? command.format;
  };
  const ports = once(async (): Promise<Partial<Ports>> => {
    const { browser, clock, files, host } = world;
    return { browser, clock, files, host, log: await world.log(manners), notices, prompt: world.prompt(manners), ...options.ports };
  });
  const wirings = new Map<Settings, Promise<Container>>();
  const wired = (settled: Settings): Promise<Container> => {
    const wiring = wirings.get(settled) ?? newWiring(settled);
    wirings.set(settled, wiring);
    return wiring;
  };
  const newWiring = async (settled: Settings): Promise<Container> => {
    const unchecked = uncheckedTls(world);
    if (unchecked !== undefined && !warnings.includes(unchecked)) warn(unchecked);
    return wire(container, {
      app: options.name,
      settings: chooseStore(settled, registry, world.host),
      ports: await ports(),
      ca: options.ca ?? (await caFrom(settled, config, world)),
    });
  };
  const say = async (line: string): Promise<void> => {
    if (!machine() && !manners.quiet) await world.stderr.write(lineOf(line));
  };
  return {
    program: options,
    say,
    world,
    argv,
    words: argv.positionals.slice(1),
    manners,
    machine,
    format: formatName,
    registry,
    redactor,
    config,
    faults,
    warn,
    warnings,
    settings,
    settingsAlone: (more = new Map()) => load(new Map([...[...flags].filter(([key]) => key !== 'profile'), ...more]), true),
    settingsWith: (more) => load(new Map([...flags, ...more])),
    ports,
    wire: (settled, reach) => wire(container, { app: options.name, settings: settled, ...reach }),
    padlock: async (settled) => resolve(await wired(settled), PadlockPipeline),
    services: async (settled) => resolve(await wired(settled), Services)(),
    async end() {
      const ended = [...wirings.values()].map(async (wiring) => resolve(await wiring, PadlockPipeline).endWithin(GRACE));
      // a store that does not close in time, or fails to, is left as a process that was killed would leave it
      await Promise.race([Promise.allSettled(ended), world.clock.sleep(2 * GRACE)]);
    },
  };
}

/** A profile's format is a preference: a bare token stays bare unless it is a format for tokens, which is for nothing else. */
const suits = ({ token }: Pick<Formatter, 'token'>, { format, givesToken }: Command): boolean =>
  token === undefined ? format === 'table' : givesToken === true;

/** Is this formatter for programs? An unknown one is refused elsewhere. */
export const isMachine = (registry: Registry, format: string): boolean =>
  registry.names('formatter').includes(format) && registry.record('formatter', format).machine === true;

/** The sandbox's password is no secret. */
function isSandbox(argv: Argv, config: Config | undefined, { host }: World): boolean {
  if (ownFlag(argv, 'sandbox') === true || ownFlag(argv, 'profile') === 'sandbox') return true;
  if (ownFlag(argv, 'issuer') !== undefined || host.env('PADLOCK_ISSUER')) return false;
  return (ownFlag(argv, 'profile') ?? (host.env('PADLOCK_PROFILE') || config?.defaultProfile)) === 'sandbox';
}

/** Flags that belong to a strategy which this call does not use are a mistake worth telling. Throws `usage_option_not_for_flow`. */
export function refuseForeign({ argv, registry }: Context, flow: string, provider?: string): void {
  if (flow === AUTO) return; // which one it will be is not known yet
  for (const { flag } of argv.given) {
    const owners = registry.option(flag.key)?.owners ?? [];
    const exclusive = owners.filter(({ kind }) => kind === 'grant' || kind === 'provider');
    if (owners.length === 0 || exclusive.length < owners.length) continue;
    if (exclusive.some(({ kind, name }) => name === (kind === 'grant' ? flow : provider))) continue;
    const forProvider = exclusive.every(({ kind }) => kind === 'provider');
    const here = forProvider
      ? provider === undefined
        ? 'for a provider without --provider'
        : `for the provider ${provider}`
      : `for the ${flow} flow`;
    fail('usage_option_not_for_flow', `--${flag.name} is not ${here}.`, {
      hint: `It is for ${exclusive.map(({ kind, name }) => (kind === 'provider' ? `--provider ${name}` : name)).join(', ')}.`,
    });
  }
}
