/** A token under the lamp: every check with its verdict, whether one fails or not. */

import { ASYMMETRIC } from './algorithms.ts';
import { type CheckReport, checkTold, reportChecks, requireChecks } from './claims.ts';
import type { Client, Holder } from './client-identity.ts';
import { parseCompact, parsePayload } from './compact.ts';
import { isPadlockError, type PadlockError } from './errors.ts';
import { verifyWithKeys } from './jose.ts';
import type { JsonObject } from './json-value.ts';
import type { ProviderInfo } from './messages.ts';
import { prove } from './prove.ts';
import type { Provider } from './provider.ts';
import type { Asking } from './settings.ts';
import type { Verification } from './verification.ts';
import type { ChosenVerifier, VerifierChoice } from './verifier-choice.ts';

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
  /** Who asks, where a verifier was named that asks the provider. */
  readonly client: () => Promise<Client>;
  /** The same, with no more of it than its connections show. */
  readonly holder: () => Promise<Holder>;
}

/** What judges. */
export interface Judges {
  readonly choice: VerifierChoice;
  readonly verification: Pick<Verification, 'expectation'>;
  readonly provider: Provider;
}

/** Judges a token as a sign-in would, and goes on after a failure. What it shows is verified only if nothing failed. */
export async function inspectToken(token: string, context: InspectionContext, judges: Judges): Promise<InspectedToken> {
  const { info, kind, asking } = context;
  const online = kind === 'access' ? await judges.choice.forAccessToken(info, asking) : undefined;
  const told = online && (await attempt(online.verifier.name, () => ask(online, token, context, judges)));
  const found = await inspectJwt(token, context, judges);
  if (told === undefined) return found;
  const isOpaque = found.header === undefined; // the provider knows what it is
  return {
    header: found.header,
    payload: found.payload ?? told.value,
    checks: isOpaque ? [told.report] : [...found.checks, told.report],
    failure: (isOpaque ? undefined : found.failure) ?? told.failure,
  };
}

async function inspectJwt(token: string, context: InspectionContext, judges: Judges): Promise<InspectedToken> {
  const { info, kind, audience } = context;
  const read = await attempt('form', async () => {
    const compact = parseCompact(token, kind);
    return { compact, payload: parsePayload(compact.payload) };
  });
  if (read.value === undefined) return { header: undefined, payload: undefined, checks: [read.report], failure: read.failure };
  const { compact, payload } = read.value;
  const signature = await attempt('signature', () =>
    kind === 'id' ? proveId(token, context, judges) : proveAccess(token, context, judges),
  );
  const expected = {
    ...judges.verification.expectation(info, payload),
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

async function proveId(token: string, context: InspectionContext, { choice, provider }: Judges): Promise<string> {
  const { alg } = await prove(await choice.forIdToken(context.info, context.asking), token, context, provider);
  return alg ?? '';
}

/** Asks the provider about an access token, which may be anybody's. */
async function ask(
  chosen: ChosenVerifier,
  token: string,
  context: InspectionContext,
  { provider, verification }: Judges,
): Promise<JsonObject> {
  const { audience, info } = context;
  const { payload } = await prove(chosen, token, context, provider);
  checkTold(payload, chosen.verifier.checks === 'user' ? 'user' : 'access', {
    ...verification.expectation(info, payload),
    kind: 'access',
    audience,
  });
  return payload;
}

async function proveAccess(token: string, { info, signal }: InspectionContext, { provider }: Judges): Promise<string> {
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
