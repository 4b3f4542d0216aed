/** The packed package as a program of somebody else has it: installed, with what it depends on. */
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PACKAGE } from '../support/cli.ts';

/** Writes a module into a folder where `padlock-auth` is installed. Returns its path. */
export function moduleBeside(folder: string, source: string): string {
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) {
    mkdirSync(modules);
    for (const name of readdirSync('node_modules'))
      if (!name.startsWith('.')) symlinkSync(resolve('node_modules', name), join(modules, name));
    cpSync(PACKAGE, join(modules, 'padlock-auth'), { recursive: true });
  }
  writeFileSync(join(folder, 'program.mjs'), source);
  return join(folder, 'program.mjs');
}
