/** What a command is, and what it gets. */

import type { Wiring } from '../core/compose.ts';
import type { Config } from '../core/config-file.ts';
import type { Plugin } from '../core/contracts.ts';
import type { PadlockError } from '../core/errors.ts';
import type { Container } from '../core/inject.ts';
import type { Options } from '../core/options.ts';
import type { PadlockPipeline } from '../core/padlock.ts';
import type { Notice, Ports } from '../core/ports.ts';
import type { Registry } from '../core/registry.ts';
import type { Redactor } from '../core/secret.ts';
import type { Services } from '../core/services.ts';
import type { Settings } from '../core/settings.ts';
import type { View } from '../core/view.ts';
import type { Argv } from './flags.ts';
import type { Manners, World } from './world.ts';

/** Everything a command may use. What costs something is made when it is asked for. */
export interface Context {
  readonly world: World;
  readonly argv: Argv;
  /** The positionals behind the command's name. */
  readonly words: readonly string[];
  readonly manners: Manners;
  /** Is the answer for a program? The settings may decide it, once they are loaded. */
  readonly machine: () => boolean;
  /** The name of the chosen formatter. */
  format(): Promise<string>;
  readonly registry: Registry;
  readonly redactor: Redactor;
  readonly config: Config | undefined;
  /** What is wrong with the configuration and the plugins, for a command that mends it. */
  readonly faults: readonly PadlockError[];
  /** The program these commands belong to. */
  readonly program: ProgramOptions;
  /** Tells a human what was done; nothing under a machine format or --quiet. */
  say(line: string): Promise<void>;
  /** Adds to the document's warnings, and tells a human. */
  warn(notice: Notice): void;
  readonly warnings: readonly Notice[];
  settings(): Promise<Settings>;
  /** What flags and variables alone say, with more flags by option key: no profile, no project file. */
  settingsAlone(more?: ReadonlyMap<string, unknown>): Promise<Settings>;
  /** The same call with more flags, by option key: another profile, answers of a human. Throws `config_*`, `usage_*`. */
  settingsWith(more: ReadonlyMap<string, unknown>): Promise<Settings>;
  ports(): Promise<Partial<Ports>>;
  /** The pipeline with these settings and the machine's ports. */
  padlock(settings: Settings): Promise<PadlockPipeline>;
  /** The same pieces wired by a command of its own, which decides what they reach. */
  wire(settings: Settings, reach: Pick<Wiring, 'ca' | 'ports'>): Container;
  /** What stands behind the pipeline with these settings. */
  services(settings: Settings): Promise<Services>;
  /** After a signal: what a refresh that was sent gets is kept, if it comes in less than a second, and what is held is given back. */
  end(): Promise<void>;
}

export interface Answer {
  /** What is printed; undefined prints nothing. */
  readonly view?: View;
  /** Already text: help, a schema. Beside a view it is what is shown in place of its table. */
  readonly text?: string | undefined;
  /** Something is wrong with what was shown: reported after it, and its exit code counts. */
  readonly failure?: PadlockError;
  /** The exit code where it is somebody else's. Default: 0, or the failure's. */
  readonly exit?: number;
}

export type HelpGroup = 'Flow' | 'Provider' | 'Request' | 'Checks' | 'Store';

export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** Behind the name: `[TOKEN|-]`. */
  readonly operands?: string;
  /** How many positionals it takes at most. Default: 0. */
  readonly most?: number;
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** The positional names a profile, as `--profile` does. */
  readonly takesProfile?: boolean;
  /** Its answer is a token, so that formats for tokens can print it. */
  readonly givesToken?: boolean;
  /** It is called when these are broken, so that they must not keep it from working. */
  readonly mends?: 'plugins' | 'everything';
  /** Does it sign in, and so take what Padlock and its strategies declare? */
  readonly signsIn: boolean;
  /** Flags of its own. */
  readonly own?: Options;
  /** Those of the options it takes that are worth showing in its help. Default: all of them. */
  readonly helpGroups?: readonly HelpGroup[];
  /** What its help ends with. */
  readonly footer?: string;
  /** The formatter when nobody chose one. */
  readonly format: string;
  run(context: Context): Promise<Answer>;
}

/** What makes a program of one's own of these commands: its name, fewer of them, and settings that are given. */
export interface ProgramOptions {
  readonly name: string;
  readonly commands: readonly Command[];
  /** Settings by option key, above the environment and below the flags. */
  readonly preset?: Readonly<Record<string, unknown>> | undefined;
  readonly plugins?: readonly Plugin[] | undefined;
  readonly ports?: Partial<Ports> | undefined;
  /** PEM of additional certificate authorities. */
  readonly ca?: string | undefined;
}
