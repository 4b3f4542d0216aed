/** What an examination found, for people who want to know why something does not work. */
import type { PadlockError } from './errors.ts';

/** `warning`: it works, and something may come of it. `problem`: commands end with `code` because of it. */
export type FindingVerdict = 'ok' | 'warning' | 'problem';

/** None of its texts holds a secret. */
export interface Finding {
  /** What was examined, in a word or two: `clock`. */
  readonly name: string;
  readonly verdict: FindingVerdict;
  /** A sentence or two: what is so. */
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string | undefined;
  readonly code?: string | undefined;
}

export const fine = (name: string, detail: string): Finding => ({ name, verdict: 'ok', detail });
export const doubtful = (name: string, detail: string, advice: string): Finding => ({ name, verdict: 'warning', detail, advice });
/** What a command would fail with. */
export const failing = (name: string, { code, hint, message }: PadlockError): Finding => ({
  name,
  verdict: 'problem',
  detail: message,
  advice: hint,
  code,
});

const VERDICTS: readonly unknown[] = ['ok', 'warning', 'problem'] satisfies FindingVerdict[];
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isFinding = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const { advice, code, detail, name, verdict } = value as Partial<Record<keyof Finding, unknown>>;
  const absentOrText = [advice, code].every((one) => one === undefined || isText(one));
  return isText(name) && isText(detail) && VERDICTS.includes(verdict) && absentOrText;
};

/** Of a strategy, which may be anybody's. */
export const areFindings = (value: unknown): boolean => Array.isArray(value) && value.every(isFinding);
