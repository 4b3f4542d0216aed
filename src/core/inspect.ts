/** A token under the lamp: every check with its verdict, whether one fails or not. */

import { ASYMMETRIC } from './algorithms.ts';
import { type CheckReport, reportChecks, requireChecks } from './claims.ts';
import { parseCompact, parsePayload } from './compact.ts';
import { isPadlockError, type PadlockError } from './errors.ts';
import { verifyWithKeys } from './jose.ts';
import type { JsonObject } from './json-value.ts';
import type { ProviderInfo } from './messages.ts';
import type { Provider } from './provider.ts';
import type { Asking } from './settings.ts';
import type { Verification } from './verification.ts';

export interface InspectedToken {
  /** Undefined where the token has no readable form. */
  readonly header: JsonObject | undefined;
  readonly payload: JsonObject | undefined;
  readonly checks: readonly CheckReport[];
  /** The first thing that is wrong with it; undefined when nothing is. */
  readonly failure: PadlockError | undefined;
}

export interface InspectionContext {
  readonly info: ProviderInfo;
  readonly kind: 'id' | 'access';
  readonly audience?: string | undefined;
  readonly asking: Asking;
  readonly signal: AbortSignal;
}

/** Judges a token as a sign-in would, and goes on after a failure. What it shows is verified only if nothing failed. */
export async function inspectToken(
  token: string,
  context: InspectionContext,
  verification: Verification,
  provider: Provider,
): Promise<InspectedToken> {
  const { info, kind, audience } = context;
  const read = await attempt('form', async () => {
    const compact = parseCompact(token, kind);
    return { compact, payload: parsePayload(compact.payload) };
  });
  if (read.value === undefined) return { header: undefined, payload: undefined, checks: [read.report], failure: read.failure };
  const { compact, payload } = read.value;
  const signature = await attempt('signature', () =>
    kind === 'id' ? proveId(token, context, verification) : proveAccess(token, context, provider),
  );
  const expected = {
    ...verification.expectation(info, payload),
    kind,
    audience,
    alg: signature.value,
    maxTokenAge: Number.POSITIVE_INFINITY,
  };
  const claims = reportChecks(payload, expected);
  const failed = await attempt('claims', async () => requireChecks(payload, expected));
  return {
    header: compact.header,
    payload,
    checks: [read.report, signature.report, ...claims],
    failure: signature.failure ?? failed.failure,
  };
}

async function proveId(token: string, { asking, info, signal }: InspectionContext, verification: Verification): Promise<string> {
  return (await verification.prove(await verification.choose(info, asking), token, info, signal)).alg;
}

async function proveAccess(token: string, { info, signal }: InspectionContext, provider: Provider): Promise<string> {
  return (await verifyWithKeys(parseCompact(token, 'access'), (await provider.keys(info, false, signal)).keys, ASYMMETRIC)).alg;
}

interface Attempt<T> {
  readonly value: T | undefined;
  readonly failure: PadlockError | undefined;
  readonly report: CheckReport;
}

/** Runs one check; what the token is to blame for becomes a verdict, everything else is thrown. */
async function attempt<T>(name: string, run: () => Promise<T>): Promise<Attempt<T>> {
  try {
    const value = await run();
    return { value, failure: undefined, report: { name, verdict: 'pass', detail: typeof value === 'string' ? value : '' } };
  } catch (failure) {
    if (!isPadlockError(failure) || failure.category !== 'verification') throw failure;
    return { value: undefined, failure, report: { name, verdict: 'fail', detail: failure.message } };
  }
}
