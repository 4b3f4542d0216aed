/** Every refusal: one table for the library and for the CLI. */
import { ANSWER_REFUSALS } from './answer-refusals.ts';
import type { Refusal } from './refusal.ts';
import { TOKEN_REFUSALS } from './token-refusals.ts';

export const REFUSALS: readonly Refusal[] = [...TOKEN_REFUSALS, ...ANSWER_REFUSALS];
