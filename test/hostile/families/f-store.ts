/** What rows need to know of the file store: where it is, and which file is which. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Provocation, World } from '../row.ts';

export const sessions = (home: string): string => join(home, '.local/state/padlock/sessions');
const NAME = /^[\w-]{43}$/;

/** The sealed entries: a session, and which one it is that a profile means. */
export const entries = (home: string): readonly string[] => readdirSync(sessions(home)).filter((name) => NAME.test(name));
const sizeOf = (home: string, name: string): number => statSync(join(sessions(home), name)).size;

/** The file of the one session: the larger of the two. */
export function entryOf(home: string): string {
  const [largest] = [...entries(home)].sort((a, b) => sizeOf(home, b) - sizeOf(home, a));
  if (largest === undefined) throw new Error('There is no session.');
  return join(sessions(home), largest);
}

export const TOKEN: Provocation = { args: ['token'] };
/** Nobody can sign in again without being asked. */
export const NOBODY_ASKED = { PADLOCK_PASSWORD: undefined };

/** The codes of the warnings in a document. */
export const warnings = ({ warnings: list = [] }: Readonly<Record<string, unknown>>): readonly string[] =>
  (list as readonly { readonly code: string }[]).map(({ code }) => code);

/** The program lives so many seconds later than everybody else. */
export const later = (seconds: number): string => `
  const { now } = Date;
  globalThis.Date = class extends Date {
    constructor(...given) { if (given.length === 0) super(now() + ${seconds * 1000}); else super(...given); }
    static now() { return now() + ${seconds * 1000}; }
  };`;

/** Profiles of the provider's client and user. The environment has no say in what a profile that is named says. */
export function writeProfiles({ home, idp }: World, ...names: readonly string[]): void {
  const own = Object.entries(idp.env())
    .filter(([name]) => name !== 'PADLOCK_ACCEPT_DEPRECATED')
    .map(([name, value]) => `    ${name.slice('PADLOCK_'.length).toLowerCase()}: ${JSON.stringify(value)}\n`);
  mkdirSync(join(home, '.config/padlock'), { recursive: true, mode: 0o700 });
  const text = `profiles:\n${names.map((name) => `  ${name}:\n${own.join('')}`).join('')}`;
  writeFileSync(join(home, '.config/padlock/config.yaml'), text, { mode: 0o600 });
}
