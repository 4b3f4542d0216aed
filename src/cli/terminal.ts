/** For tools of one's own: Padlock's terminal, the user's profiles, and its commands under another name. */

import { builtIn } from '../builtin.ts';
import { wire } from '../core/compose.ts';
import { readConfig } from '../core/config-file.ts';
import { fail } from '../core/errors.ts';
import { isReference } from '../core/layer.ts';
import { loadSettings } from '../core/load-settings.ts';
import type { Browser, Clock, Files, Host, Notices, Ports, Prompt } from '../core/ports.ts';
import { visible } from '../core/text.ts';
import { type PadlockOptions, valuesFrom } from '../index.ts';
import { caFrom } from './ca-file.ts';
import type { Command } from './command.ts';
import { auth } from './commands/auth.ts';
import { help } from './commands/help.ts';
import { logout } from './commands/logout.ts';
import { token } from './commands/token.ts';
import { whoami } from './commands/whoami.ts';
import { alive, nodeParts, nodeWorld } from './host.ts';
import { folded } from './layout.ts';
import { run } from './program.ts';
import { draw } from './qr.ts';

export interface TerminalPorts extends Partial<Ports> {
  readonly browser: Browser;
  readonly clock: Clock;
  readonly files: Files;
  readonly host: Host;
  readonly notices: Notices;
  readonly prompt: Prompt;
}

/** The machine and the terminal of this process: its environment, directories, files, and a human to ask if there is one. */
export function terminalPorts(): TerminalPorts {
  const { browser, clock, files, host, prompt, stderr } = nodeParts(process);
  const tell = (line: string): void => void stderr.write(`${folded(visible(line), stderr.columns)}\n`).catch(() => {}); // a closed stderr must not end a sign-in
  const show: Notices['show'] = (line, _event, { qr } = {}) => {
    tell(line);
    if (qr !== undefined) draw(qr, stderr);
  };
  const notices: Notices = { warn: ({ message }) => tell(`Warning: ${message}`), show };
  return { browser, clock, files, host, notices, prompt: prompt({ input: true }) };
}

/**
 * The options of a profile in the user's configuration file, or of the default one; the environment's are in it as for the command line.
 * Secrets are fetched when they are needed. Throws `config_*`.
 */
export async function loadProfile(name?: string): Promise<PadlockOptions> {
  const { clock, cwd, files, home, host } = nodeParts(process);
  const { container, redactor, registry } = builtIn();
  const config = await readConfig(files, { directory: host.directories?.config, cwd });
  const flags = new Map(name === undefined ? [] : [['profile', name]]);
  const settings = await loadSettings({ registry, redactor, files, host, cwd, home, config, flags });
  const ca = await caFrom(settings, config, { cwd, files });
  wire(container, { settings, ports: { clock, files, host }, ca }); // what sources of secrets may use
  const given = settings.entries().filter(({ key, layer }) => layer !== 'default' && key !== 'caFile');
  const values = given.map(({ key, raw, value }) => [key, value ?? (isReference(raw) ? () => raw.read() : raw.raw)] as const);
  return { values: Object.fromEntries(values), ...(ca !== undefined && { ca }) };
}

/** Settings for every command, and the name that it is called by. */
export interface CommandOptions extends PadlockOptions {
  /** Of the program, as users type it. */
  readonly name: string;
}

/**
 * Runs login, logout, whoami, token or help under your program's name, with your settings. Returns the exit code; never throws, never exits.
 * What the user keeps for Padlock (a default profile, plugins, a project file) is about other providers and does not count, unless they name a
 * profile (`-p`): it fills in what you left open. For their default profile pass `...(await loadProfile())`.
 */
export async function runCommands(argv: readonly string[], { name, ...options }: CommandOptions): Promise<number> {
  if (!/^[\w.-]+$/.test(name)) fail('usage_bad_value', 'The name of a program has letters, digits, dots and dashes.');
  const { ca, plugins, ports } = options;
  const program = { name, commands: commandsOf(name), preset: valuesFrom(options), ca, plugins, ports };
  return alive(run(argv, nodeWorld(process), program));
}

const commandsOf = (name: string): readonly Command[] => [
  { ...auth, name: 'login', aliases: ['auth'], examples: [[`${name} login`, 'sign in']] },
  { ...logout, examples: [[`${name} logout`, 'revoke and forget']] },
  { ...whoami, examples: [[`${name} whoami`, 'as stored; nobody is asked']] },
  { ...token, examples: [[`${name} token`, 'the access token, alone']] },
  { ...help, examples: [[`${name} help login`, 'a command']] },
];
