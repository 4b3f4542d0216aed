/** What holds for every run of Padlock, whatever it was asked, by its number in the fault matrix: checked by launch.ts after each spawn. */
import { parseAllDocuments } from 'yaml';
import { leaks, seeker } from './canaries.ts';

export interface Run {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: string;
  readonly stderr: string;
  /** Text of each file that the run made or changed, by its path. */
  readonly files: ReadonlyMap<string, string>;
  readonly secrets: readonly string[];
  /** Secrets that may be in a place: `stdout`, `stderr`, or how a file's path ends. */
  readonly allow: Readonly<Record<string, readonly string[]>>;
  /** The output went to a terminal. */
  readonly terminal: boolean;
  /** Stack traces are its own affair. */
  readonly traces?: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours, and on a terminal the cursor
const STYLE = { piped: /\u001b\[[0-9;]*m/g, terminal: /\u001b\[[0-9;?]*[A-Za-z]|\r(?=\n|\u001b|$)|\r/g };
const TRACE = /^\s+at .*\d+:\d+\)?$|^(file:\/\/)?\/.*\.[cm]?[jt]s:\d+$|^Node\.js v\d+/m;

const given = (args: readonly string[], names: RegExp): boolean => args.some((arg) => names.test(arg));

/** The machine format that the command line or the environment asks for. */
function machineFormat({ args, env }: Run): 'json' | 'yaml' | undefined {
  if (given(args, /^(-h|--help|help|-V|--version|version|completion)$/)) return undefined;
  const words = args.flatMap((arg, at) =>
    /^(-o|--format|--output)$/.test(arg) ? [args[at + 1]] : [/^(?:--format=|--output=|-o=?)(.+)$/.exec(arg)?.[1]],
  );
  const format = given(args, /^--json$/) ? 'json' : (words.findLast((word) => word !== undefined) ?? env.PADLOCK_FORMAT);
  return format === 'json' || format === 'yaml' ? format : undefined;
}

function isOneDocument(text: string, format: 'json' | 'yaml'): boolean {
  if (!text.endsWith('\n')) return false;
  if (format === 'yaml') {
    const documents = parseAllDocuments(text);
    return 'length' in documents && documents.length === 1 && documents.every((document) => document.errors.length === 0);
  }
  try {
    JSON.parse(text);
    return !text.slice(0, -1).endsWith('\n');
  } catch {
    return false;
  }
}

/** One sentence for each invariant that the run broke. None of them quotes a secret. */
export function broken(run: Run): readonly string[] {
  const found: string[] = [];
  const places = new Map([['stdout', run.stdout], ['stderr', run.stderr], ...run.files]);
  const holdsSecret = seeker(run.secrets);
  for (const [place, text] of places) {
    if (!holdsSecret(text)) continue;
    const allowed = Object.entries(run.allow).flatMap(([where, secrets]) => (place.endsWith(where) ? secrets : []));
    run.secrets.forEach((secret, index) => {
      if (!allowed.includes(secret) && leaks(text, secret))
        found.push(`G1: ${place} holds secret ${index + 1} of ${run.secrets.length} (${secret.slice(0, 2)}…)`);
    });
  }
  for (const place of ['stdout', 'stderr'] as const) {
    const text = run[place].replace(run.terminal ? STYLE.terminal : STYLE.piped, '');
    const control = CONTROL.exec(text);
    if (control !== null)
      found.push(`G7: ${place} holds the control character U+${control[0].charCodeAt(0).toString(16).padStart(4, '0')}`);
    if (run.traces !== true && !run.args.includes('--debug') && TRACE.test(text))
      found.push(`G4: ${place} holds a stack trace or source text`);
  }
  const format = machineFormat(run);
  if (format !== undefined && !run.terminal && run.stdout !== '' && !isOneDocument(run.stdout, format))
    found.push(`G3: stdout is neither empty nor one ${format} document`);
  return found;
}
