/** What a provider or a caller can get wrong, and the code it earns. */
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Behaviour, ClientVariant, Endpoint, Sandbox } from '../../src/sandbox/index.ts';

export interface Refusal {
  readonly name: string;
  readonly code: ErrorCode;
  /** Default: `rs256`. Asymmetric ones are checked as `auto` decides, so that pins are at work. */
  readonly variant?: ClientVariant;
  /** Beside or instead of what the sandbox's client needs, by option key. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  readonly answers?: (idp: Sandbox) => readonly (readonly [Endpoint, Behaviour])[];
  /** How often the token endpoint is asked; default: once. */
  readonly tokenRequests?: 0 | 1;
  /** More members of the error. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** It is in no message, however the provider puts it there. */
  readonly secret?: string;
}

/** Whether the keys are asked for once or twice depends on which answer comes first: what is left of the wrong ones goes to nobody. */
export async function takeBack(idp: Sandbox, answers: ReturnType<NonNullable<Refusal['answers']>>): Promise<void> {
  for (const [endpoint, { repeat = 1 }] of answers)
    for (let left = repeat; endpoint === 'jwks' && left > 0; left--) await (await fetch(`${idp.issuer}/jwks`)).text();
}
