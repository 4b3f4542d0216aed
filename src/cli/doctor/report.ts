/** What was found, as text for people and as a document for programs; and whether it is a failure. */
import { PadlockError } from '../../core/errors.ts';
import type { Finding, FindingVerdict } from '../../core/finding.ts';
import type { View } from '../../core/view.ts';
import type { Answer } from '../command.ts';
import { definitions, type Pair, widthOf } from '../layout.ts';

const WORST: readonly FindingVerdict[] = ['problem', 'warning', 'ok'];

/** `columns` of the terminal; undefined where the text goes elsewhere, and each finding is one line. */
export function reported(findings: readonly Finding[], columns: number | undefined): Answer {
  const count = (verdict: FindingVerdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  const some = (verdict: FindingVerdict): string => `${count(verdict)} ${verdict}${count(verdict) === 1 ? '' : 's'}`;
  const summary = count('problem') + count('warning') === 0 ? 'Nothing is wrong.' : `${some('problem')}, ${some('warning')}.`;
  const longest = Math.max(...findings.map(({ verdict }) => verdict.length));
  const pairs = findings.map(
    ({ advice, detail, name, verdict }): Pair => [
      `${verdict.padEnd(longest)}  ${name}`,
      advice === undefined ? detail : `${detail} ${advice}`,
    ],
  );
  const text = `${definitions(pairs, columns === undefined ? Number.MAX_SAFE_INTEGER : widthOf(columns))}\n\n${summary}\n`;
  const first = findings.find(({ verdict }) => verdict === 'problem');
  return { view: viewOf(findings, summary), text, ...(first && { failure: failureOf(first, some('problem')) }) };
}

function viewOf(findings: readonly Finding[], summary: string): View {
  const checks = findings.map(({ advice, code, detail, name, verdict }) => ({
    name,
    verdict,
    detail,
    ...(advice !== undefined && { advice }),
    ...(code !== undefined && { code }),
  }));
  const verdict = WORST.find((worst) => findings.some((finding) => finding.verdict === worst)) ?? 'ok';
  return {
    title: summary,
    columns: [
      { key: 'verdict', label: 'Verdict' },
      { key: 'name', label: 'Check' },
      { key: 'detail', label: 'What is so' },
      { key: 'advice', label: 'What to do' },
    ],
    rows: findings.map((finding) => ({
      verdict: finding.verdict,
      name: finding.name,
      detail: finding.detail,
      advice: finding.advice ?? '',
    })),
    document: { schema: 'padlock/doctor/1', verdict, checks, warnings: [] },
  };
}

/** The first problem is the one to mend first, as everything stands on what was looked at before it; the exit code is its. */
const failureOf = ({ advice, code = 'internal', name }: Finding, problems: string): PadlockError =>
  new PadlockError(code, { message: `${problems} found; the first is with: ${name}.`, hint: advice });
