/** One sign-in in the browser: the request, the way back, and the code for tokens. */
import { codeFrom } from '../../../core/authorization-response.ts';
import type { GrantHost } from '../../../core/contracts.ts';
import { fail } from '../../../core/errors.ts';
import { refusedPage, signedInPage } from '../../../core/landing-page.ts';
import { type Callback, openLoopback } from '../../../core/loopback.ts';
import type { Form, TokenResponse } from '../../../core/messages.ts';
import { pastedAnswer } from '../../../core/pasted-answer.ts';
import { createPkce, unguessable } from '../../../core/pkce.ts';
import { DEFAULT_REDIRECT_URIS } from '../../../core/redirect-uri.ts';

/** As the flow declares them. */
export interface Given {
  readonly redirectUri: readonly string[] | undefined;
  readonly noBrowser: boolean | undefined;
  readonly paste: boolean | undefined;
  readonly prompt: readonly string[] | undefined;
  readonly loginHint: string | undefined;
  readonly maxAge: number | undefined;
  readonly acrValues: readonly string[] | undefined;
  readonly par: boolean | undefined;
  readonly loginTimeout: number;
}

export async function signIn(values: Given, host: GrantHost): Promise<TokenResponse> {
  if (host.provider.metadata.code_challenge_methods_supported === undefined)
    host.warn({ code: 'pkce_not_listed', message: 'The provider does not say that it checks PKCE, which keeps a stolen code useless.' });
  return values.paste === true ? byPaste(values, host) : byLoopback(values, host);
}

async function byLoopback(values: Given, host: GrantHost): Promise<TokenResponse> {
  const loopback = await openLoopback(redirectUris(values));
  let reply: Callback['reply'] | undefined;
  host.afterwards(async (why) => {
    await reply?.(why === undefined ? signedInPage(host.provider.issuer) : refusedPage(why));
    loopback.close();
  });
  const { redirectUri } = loopback;
  const { url, redeem } = await begin(values, host, redirectUri);
  announce(url, redirectUri, values, host);
  if (values.noBrowser !== true) void openBrowser(url, host);
  const callback = await inTime(loopback.callback, redirectUri, values, host);
  reply = callback.reply;
  return redeem(callback.answer);
}

async function byPaste(values: Given, host: GrantHost): Promise<TokenResponse> {
  const [redirectUri = ''] = redirectUris(values);
  const { url, redeem } = await begin(values, host, redirectUri);
  announce(url, redirectUri, values, host);
  host.show('The browser may end on a page that cannot be shown: copy its address from the address bar all the same.');
  // shown as it is typed: nobody could tell otherwise what of so long a text arrived, and the code is good once, with the verifier that is here
  const text = await host.ask({ message: 'Address the browser ended on, or the code' });
  return redeem(pastedAnswer(text));
}

const redirectUris = ({ redirectUri = [] }: Given): readonly string[] => (redirectUri.length > 0 ? redirectUri : DEFAULT_REDIRECT_URIS);

interface Begun {
  readonly url: string;
  /** Trades the code of an answer for tokens. Throws for an answer that is not to this request. */
  redeem(answer: URLSearchParams | string): Promise<TokenResponse>;
}

/** The request, and what answers it. Each has a state, a nonce and a code verifier of its own. */
async function begin({ acrValues, loginHint, maxAge, par, prompt }: Given, host: GrantHost, redirectUri: string): Promise<Begun> {
  const pkce = createPkce();
  const state = unguessable();
  const nonce = unguessable();
  host.demand({ nonce, maxAge, acrValues });
  const url = await requestUrl(host, par, {
    response_type: 'code',
    redirect_uri: redirectUri,
    state,
    nonce,
    code_challenge: pkce.challenge,
    code_challenge_method: pkce.method,
    prompt: prompt?.join(' '),
    login_hint: loginHint,
    max_age: maxAge === undefined ? undefined : String(maxAge),
    acr_values: acrValues?.join(' '),
  });
  return {
    url,
    redeem(answer) {
      const code = codeFrom(answer, { state, provider: host.provider, redirectUri });
      const form: Form = { code, redirect_uri: redirectUri, code_verifier: pkce.verifier };
      return host.exchange('authorization_code', form, { asked: false });
    },
  };
}

/** Where to send the browser: with the request in the URL, or with a reference to one that was pushed (RFC 9126). */
async function requestUrl(host: GrantHost, par: boolean | undefined, form: Form): Promise<string> {
  if (par !== true && host.provider.metadata.require_pushed_authorization_requests !== true) return host.authorizationUrl(form);
  const endpoint = 'pushed_authorization_request_endpoint';
  const { request_uri: reference } = await host.post(endpoint, { client_id: host.provider.clientId, ...form });
  if (typeof reference !== 'string' || reference === '') fail('proto_bad_shape', 'The pushed request was answered without a request_uri.'); // check: request_uri
  return host.authorizationUrl({ request_uri: reference }, { asked: false });
}

function announce(url: string, redirectUri: string, { loginTimeout, noBrowser, paste }: Given, host: GrantHost): void {
  const over = paste === true ? {} : { expires_at: `${new Date(host.now() + loginTimeout * 1000).toISOString().slice(0, 19)}Z` };
  host.show(`The redirect URI is ${redirectUri} (${registered(host)}).`);
  host.show(noBrowser === true || paste === true ? 'Open this address to sign in:' : 'Sign in with your browser, at:');
  host.show(url, { action: 'authorization_code', authorization_uri: url, redirect_uri: redirectUri, ...over });
}

const registered = ({ provider }: GrantHost): string => `it must be registered for the client ${provider.clientId}`;

async function openBrowser(url: string, host: GrantHost): Promise<void> {
  const opened = await host.browse(url).catch(() => false);
  if (!opened) host.show('No browser could be opened here. Open the address yourself; if your browser is on another machine, use --paste.');
}

/** What comes first: the browser, the end of the user's patience, or of the time there is. */
async function inTime<T>(callback: Promise<T>, redirectUri: string, { loginTimeout }: Given, host: GrantHost): Promise<T> {
  const enough = new AbortController();
  const late = async (): Promise<never> => {
    await host.sleep(loginTimeout, enough.signal);
    return fail('auth_timeout', `Nobody came back from the browser within ${loginTimeout} seconds.`, {
      hint: `The redirect URI was ${redirectUri}: ${registered(host)}. More time is given by --login-timeout.`,
    });
  };
  try {
    return await Promise.race([callback, late()]);
  } finally {
    enough.abort();
  }
}
