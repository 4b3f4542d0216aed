/** The whole program in this process: a home of its own, streams that are kept, and a world that a test makes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramOptions } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { nodeHost } from '../../src/cli/node-host.ts';
import { run } from '../../src/cli/program.ts';
import type { Output, World } from '../../src/cli/world.ts';
import { noBrowser, noPrompt, realClock, silentLog } from '../../src/core/headless.ts';
import type { Host, Ports } from '../../src/core/ports.ts';
import { makeHome } from '../support/cli.ts';

export interface Here {
  readonly home: string;
  /** Default: padlock itself. */
  readonly program?: Partial<ProgramOptions>;
  readonly env?: Readonly<Record<string, string>>;
  readonly ports?: Partial<Ports>;
  readonly host?: Partial<Host>;
  readonly stdin?: string | undefined;
  /** Of stdout, a terminal then. */
  readonly columns?: number;
}

/** A home with a folder to work in. */
export function homeWithWork(): string {
  const home = makeHome();
  mkdirSync(join(home, 'work'));
  mkdirSync(join(home, '.config/padlock'), { recursive: true });
  return home;
}

/** Nobody can be asked, and nothing is on standard input. */
export async function runHere(words: readonly string[], { columns, env = {}, home, host, ports, program, stdin = '' }: Here) {
  const text = { stdout: '', stderr: '' };
  const output = (name: keyof typeof text, width?: number): Output => ({
    isTTY: width !== undefined,
    columns: width,
    colour: false,
    write: async (more) => {
      text[name] += more;
    },
  });
  const world: World = {
    cwd: join(home, 'work'),
    home,
    stdout: output('stdout', columns),
    stderr: output('stderr'),
    host: { ...nodeHost({ HOME: home, ...env }, { interactive: false }), ...host },
    files: new NodeFiles(),
    clock: ports?.clock ?? realClock,
    browser: noBrowser,
    signal: new AbortController().signal,
    readStdin: async () => new TextEncoder().encode(stdin),
    log: async () => silentLog,
    prompt: () => noPrompt,
    execute: async () => 0,
  };
  const code = await run(words, world, { name: 'padlock', commands, ports, ...program });
  return { code, ...text };
}
