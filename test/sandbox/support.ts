/** Talks to a sandbox as plainly as can be: fetch and forms. */
import { expect } from '@jest/globals';
import type { ClientVariant, Sandbox } from '../../src/sandbox/index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly access_token?: string;
    readonly refresh_token?: string;
    readonly id_token?: string;
    readonly error?: string;
    readonly error_description?: string;
  };
}

export async function post(url: string, form: Readonly<Record<string, string>>, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

/** A request to the token endpoint as one of the clients. */
export function token(idp: Sandbox, variant: ClientVariant, form: Readonly<Record<string, string>>): Promise<Answer> {
  const { clientId, clientSecret, clientAuth } = idp.client('password', variant);
  const encode = (text = ''): string => new URLSearchParams({ '': text }).toString().slice(1);
  if (clientAuth === 'client-secret-basic')
    return post(`${idp.issuer}/token`, form, { authorization: `Basic ${btoa(`${encode(clientId)}:${encode(clientSecret)}`)}` });
  return post(`${idp.issuer}/token`, { ...form, client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) });
}

export const password = (idp: Sandbox, variant: ClientVariant = 'hs256', more: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  token(idp, variant, { grant_type: 'password', ...idp.user, scope: 'openid profile email offline_access', ...more });

export const refresh = (idp: Sandbox, refreshToken: string | undefined): Promise<Answer> =>
  token(idp, 'hs256', { grant_type: 'refresh_token', refresh_token: refreshToken ?? '' });

export async function userinfo(idp: Sandbox, accessToken: string | undefined): Promise<Answer> {
  const response = await fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

/** A text that must be there. */
export function present(value: string | undefined): string {
  expect(value).toEqual(expect.any(String));
  return String(value);
}
