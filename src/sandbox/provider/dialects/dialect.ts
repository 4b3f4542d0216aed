/** A well-known provider as the sandbox plays it: what it answers where oidc-provider would answer in its own way. */
import type { Json } from '../../behaviour.ts';

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a form or of a JSON object. */
  readonly form: URLSearchParams;
}

/** An answer of its own; or the form that oidc-provider shall be asked with instead, as when a password request was
 * waiting for a second factor, and what is added to its answer. */
export type Played =
  | { readonly status: number; readonly body: Json }
  | { readonly form: URLSearchParams; readonly add?: Readonly<Record<string, Json>> };

/** Undefined: oidc-provider answers. */
export type Dialect = (heard: Heard) => Played | undefined;

export const refused = (status: number, error: string, error_description: string, more: Readonly<Record<string, Json>> = {}): Played => ({
  status,
  body: { error, error_description, ...more },
});
