/** The token of a View, for formats that hand it to another program. */
import { authorization } from './authorization.ts';
import { fail } from './errors.ts';
import { TOKEN_VARIABLES } from './token-variables.ts';
import type { View } from './view.ts';

export interface PrintableToken {
  readonly value: string;
  /** The scheme of the Authorization header. */
  readonly type: string;
  /** What a shell or a file of variables calls it. */
  readonly variable: string;
  /** RFC 3339, UTC; undefined where the provider did not say. */
  readonly expiresAt: string | undefined;
  /** What goes with a token that is bound to a key, in the header `DPoP` of the one request it was made for. */
  readonly proof: string | undefined;
}

/** What RFC 6750 lets a token be, and a little more: nothing that ends a line, a header or a word. */
const TOKEN = /^[\x21-\x7e]+$/;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Throws `usage_bad_value` for a View without a token, or with one that no header may carry (N_A), `usage_conflict` for a bound one (DPoP) whose
 * proof is missing or, unless `carriesProof`, could not be handed on with it, and `proto_bad_shape` for a token that cannot be handed on safely.
 */
export function printableToken({ document }: View, format: string, { carriesProof = false } = {}): PrintableToken {
  const isId = document.schema === 'padlock/id-token/1';
  const value = isId ? text(document.id_token) : document.schema === 'padlock/token/1' ? text(document.access_token) : undefined;
  if (value === undefined)
    fail('usage_bad_value', `--format ${format} prints a token, and this answer is none.`, {
      hint: `It is for the command token: padlock token --format ${format}.`,
    });
  if (!TOKEN.test(value)) fail('proto_bad_shape', 'The token holds characters that no token may have.', { hint: 'Use --format json.' });
  const type = text(document.token_type) ?? 'Bearer';
  const proof = text(document.dpop_proof);
  if (type === 'DPoP' && (proof === undefined || !carriesProof)) refuseBound(format, carriesProof);
  if (carriesProof) authorization({ type, value }); // it is for a header, and not every token is
  const variable = isId ? TOKEN_VARIABLES.id : TOKEN_VARIABLES.access;
  return { value, type, variable, expiresAt: text(document.expires_at), proof };
}

/** A token that is bound to a key is of no use to a program that cannot prove the key. */
function refuseBound(format: string, carriesProof: boolean): never {
  fail('usage_conflict', `--format ${format} hands on a token, and this one is bound to a key (DPoP): each request needs a proof.`, {
    hint: carriesProof
      ? 'Say which request it is for with --proof-for URL and --proof-method.'
      : 'Use --format header or curl-config with --proof-for URL, or padlock.fetch.',
  });
}
