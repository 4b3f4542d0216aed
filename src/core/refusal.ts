/** A request in a client's name, and the failure that a refusal of it stands for. */
import type { Client } from './client-identity.ts';
import type { PadlockError } from './errors.ts';
import { credentialsOf, plainOf } from './form.ts';
import { type FailureContext, oauthFailure } from './oauth-error.ts';
import type { HttpResponse } from './ports.ts';

/** A request that goes out in the client's name. */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the body says. */
  readonly form: URLSearchParams;
}

/** The failure an answer stands for. A server may quote the request: whatever credential was in it is masked. */
export function refusalOf(client: Client, response: HttpResponse, { form, headers }: Sent, context: FailureContext): PadlockError {
  const redactor = context.redactor.copy();
  for (const value of credentialsOf(form)) redactor.add(value);
  redactor.add(headers.authorization?.replace(/^\S+ /, '') ?? '');
  return oauthFailure(response, {
    ...context,
    redactor,
    form: plainOf(form),
    preset: client.info.preset,
    provedBy: client.auth.name,
    others: client.others,
    repeated: client.values.repeated,
  });
}
