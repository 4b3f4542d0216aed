import type { Grant, Recorded } from '../../core/contracts.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const options = defineOptions({
  redirectUri: { type: 'list', summary: 'where the browser returns to; of several the first that is free', placeholder: 'URI' },
  noBrowser: { type: 'boolean', summary: 'print the URL and open no browser' },
  paste: { type: 'boolean', summary: 'the browser is on another machine: paste what it returns with' },
  prompt: { type: 'list', summary: 'what the provider has to ask: login, consent, select_account, none', placeholder: 'PROMPT' },
  loginHint: { type: 'string', summary: 'who is about to sign in, for the login page', placeholder: 'USER' },
  maxAge: { type: 'number', summary: 'how long ago the user may have signed in', placeholder: 'SECONDS', minimum: 0, integer: true },
  acrValues: { type: 'list', summary: 'how strongly the user has to sign in, one of these', placeholder: 'ACR' },
  par: { type: 'boolean', summary: 'push the request to the provider first (RFC 9126)' },
  loginTimeout: {
    type: 'number',
    summary: 'how long the browser may take',
    placeholder: 'SECONDS',
    default: 300,
    minimum: 1,
    maximum: 3600,
  },
});

const S256 = 'S256';

/** Authorization code with PKCE (RFC 6749 §4.1, RFC 7636), in the system's browser (RFC 8252). */
export const authorizationCode = {
  kind: 'grant',
  name: 'authorization-code',
  summary: 'in your browser, for people at a terminal',
  guide: {
    use: 'people at a machine that has a browser: single sign-on, passkeys and second factors all work there',
    avoid: 'where nobody sits at a screen; over SSH use --paste, or the device-code flow',
    needs: 'a client that may use this flow, best a public one, with http://127.0.0.1/callback (any port) among its redirect URIs',
  },
  grantType: 'authorization_code',
  interactive: true,
  browser: true,
  options,
  applies(_values, { metadata }) {
    if (metadata.authorization_endpoint === undefined) return { no: 'the provider has no authorization endpoint' };
    if (metadata.code_challenge_methods_supported?.includes(S256) === false) return { no: 'the provider does not take PKCE with S256' }; // check: PKCE method
    return true;
  },
  acquire: async (values: ValuesOf<typeof options>, host) => (await import('./authorization-code/run.ts')).signIn(values, host),
} satisfies Recorded<Grant>;
