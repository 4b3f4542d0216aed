/** The failure that a run ended with, read from what it said (G11). */
import { stripVTControlCharacters } from 'node:util';
import type { CliResult } from '../support/launch.ts';

export interface Failure {
  readonly code: string;
  readonly document: Readonly<Record<string, unknown>> | undefined;
  readonly broken: readonly string[];
}

/** Its lines are folded in the width of the terminal, and it may hold brackets of its own: the code is what stands before the hint. */
const TEXT = /^Error:\s[\s\S]*?\s\[([a-z_]+)\]\n(Hint: .)/m;
const WITHOUT_HINT = /^Error:\s[\s\S]*\s\[([a-z_]+)\]$/m;

/** Undefined where nothing was reported. */
export function failureIn({ code: exit, stderr, stdout }: CliResult, json: boolean): Failure | undefined {
  return json ? inDocument(stderr, exit) : inWords(stripVTControlCharacters(`${stdout}\n${stderr}`).replaceAll('\r', ''));
}

function inDocument(stderr: string, exit: number): Failure | undefined {
  const start = stderr.search(/^\{\n {2}"error"/m);
  if (start === -1) return undefined;
  const { error } = JSON.parse(stderr.slice(start)) as { error: Readonly<Record<string, unknown>> };
  const broken = (['code', 'message', 'hint'] as const).filter((member) => typeof error[member] !== 'string' || error[member] === '');
  const wrong = broken.map((member) => `G11: the error has no ${member}`);
  if (typeof error.retryable !== 'boolean') wrong.push('G11: the error does not say whether it can be tried again');
  if (error.exit !== exit) wrong.push(`G5: the error speaks of exit ${String(error.exit)}, and it is ${exit}`);
  return { code: String(error.code), document: error, broken: wrong };
}

function inWords(text: string): Failure | undefined {
  const found = TEXT.exec(text) ?? WITHOUT_HINT.exec(text);
  if (found === null) return undefined;
  const broken = found[2] === undefined ? ['G11: the error has no hint'] : [];
  return { code: found[1] ?? '', document: undefined, broken };
}
