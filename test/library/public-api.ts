/** Nothing here runs: `tsc` reads it. What interface.md promises compiles, and what must not compile does not. */

import { Clock, createPadlockContainer, Http, inject, injectable, provide, resolve, type Token, token } from '../../src/container.ts';
import {
  type AccessToken,
  type Claims,
  createPadlock,
  type ErrorCode,
  EXIT_CODES,
  type Identity,
  isPadlockError,
  type Padlock,
  type PadlockOptions,
  type Plugin,
  type Ports,
  type Request,
  type Session,
  type Strategy,
  type TokenResponse,
  type User,
  type Verdict,
} from '../../src/index.ts';
import type { FormatterStrategy, GrantHost, GrantStrategy, Plugin as PluginRecord, VerifierStrategy } from '../../src/plugin.ts';
import { startSandbox } from '../../src/sandbox/index.ts';

// ---- embedding -------------------------------------------------------------------------------------------------

export async function embedding(): Promise<void> {
  await using padlock: Padlock = createPadlock({
    issuer: 'https://id.acme.test',
    clientId: 'acme-cli',
    clientSecret: async () => 'from a vault',
    flow: 'password',
    scope: ['openid'],
    params: { realm: 'eng' },
    requireVerified: true,
    values: { username: 'robin', password: 'pa55word' },
  });
  const controller = new AbortController();
  const session: Session = await padlock.authenticate({ scope: ['+api'], signal: controller.signal });
  const { value, expiresAt }: AccessToken = await padlock.token({ audience: 'https://api.acme.test', minTtl: 60 });
  const until: Date | undefined = expiresAt;
  const off: () => void = padlock.on('acquired', ({ user }) => void user?.name);
  off();
  const { revoked }: { readonly revoked: boolean } = await padlock.logout(session);
  for (const { session: one, current } of await padlock.sessions()) void [one.issuer, current];
  void [value, until, revoked];

  // @ts-expect-error -- there is no such event
  padlock.on('refresh', () => {});
  // @ts-expect-error -- scopes are a list
  await padlock.authenticate({ scope: 'openid' });
  // @ts-expect-error -- a session is what happened
  session.issuer = 'https://other.test';
  // @ts-expect-error -- an access token may have no end
  void expiresAt.getTime();
  // @ts-expect-error -- a machine has no user
  void session.user.id;
}

// @ts-expect-error -- there is no such option
createPadlock({ clientID: 'x' });
// @ts-expect-error -- a name, not a module
createPadlock({ flow: { name: 'password' } });
// @ts-expect-error -- exactly optional: absent, not undefined
createPadlock({ issuer: undefined });

export const options: PadlockOptions = {};
export const request: Request = { resource: ['https://api.acme.test'] };

// ---- who it is: verified, or a reason ------------------------------------------------------------------------------

export function whoIs(identity: Identity): string {
  // @ts-expect-error -- claims are there once they are verified
  void identity.claims;
  if (!identity.verified) return identity.reason;
  const { claims } = identity;
  return claims.sub;
}
// @ts-expect-error -- only a verifier makes Claims
export const forged: Claims = { iss: 'https://id.acme.test', sub: 'robin', aud: 'acme-cli', exp: 1, iat: 0 };
// @ts-expect-error -- so unverified claims are no identity, and no session's view takes them
export const unverified: Identity = { verified: true, claims: JSON.parse('{}') as { sub: string } };
// @ts-expect-error -- a reason is needed
export const silent: Identity = { verified: false };

export function label(verdict: Verdict): string {
  return verdict.by === null ? verdict.reason : `${verdict.by} ${verdict.alg}`;
}
export const nameOf = (user: User): string | undefined => user.name;

// ---- errors --------------------------------------------------------------------------------------------------------

export function exitOf(error: unknown): number {
  if (!isPadlockError(error)) return 1;
  const { code, exit, hint, retryable }: { code: string; exit: number; hint: string | undefined; retryable: boolean } = error;
  void [code, hint, retryable];
  return exit;
}
export const code: ErrorCode = 'auth_invalid_grant';
// @ts-expect-error -- no such code
export const noCode: ErrorCode = 'auth_invalid_grunt';
export const exits: readonly number[] = EXIT_CODES.map(({ exit }) => exit);

// ---- plugins -------------------------------------------------------------------------------------------------------

/** interface.md's example, in TypeScript. */
export const acme: Plugin = {
  apiVersion: 1,
  name: 'acme',
  strategies: [
    {
      kind: 'grant',
      name: 'sms-pin',
      summary: 'sign in with a PIN sent by SMS',
      interactive: true,
      options: {
        username: { type: 'string', summary: 'who signs in', required: true, identity: true },
        pin: { type: 'string', summary: 'the PIN', required: true, secret: true, prompt: 'PIN from the SMS' },
      },
      async acquire({ username, pin }, host) {
        if (!/^\d{6}$/.test(pin)) host.fail('usage_bad_value', { message: 'A PIN has six digits.' });
        return host.exchange('urn:acme:grant:sms-pin', { username, pin });
      },
    },
  ],
};
export const record: PluginRecord = { ...acme };
export const typed: GrantStrategy = {
  kind: 'grant',
  name: 'x',
  summary: 'x',
  acquire: (_values: { readonly pin: string }, host: GrantHost): Promise<TokenResponse> => host.exchange('x', {}),
};
export const formatter: FormatterStrategy = {
  kind: 'formatter',
  name: 'shout',
  summary: 'x',
  format: ({ title = '' }) => title.toUpperCase(),
};
export const verifier: VerifierStrategy = {
  kind: 'verifier',
  name: 'seal',
  summary: 'x',
  algorithms: ['RS256'],
  verify: async () => ({ payload: {}, alg: 'RS256', kid: null }),
};
// @ts-expect-error -- a verifier returns what it proved, not that it did
export const yes: VerifierStrategy = { ...verifier, verify: async () => true };
// @ts-expect-error -- a grant has to acquire
export const idle: Strategy = { kind: 'grant', name: 'x', summary: 'x' };
// @ts-expect-error -- there is one version
export const later: Plugin = { ...acme, apiVersion: 2 };
// @ts-expect-error -- an access token is a text
export const answer: TokenResponse = { access_token: 7, token_type: 'Bearer' };

// ---- the container -------------------------------------------------------------------------------------------------

const Greeting: Token<string> = token<string>('Greeting');

@injectable()
export class Right {
  readonly all: readonly unknown[];
  constructor(@inject(Greeting) greeting: string, @inject(Clock) clock: Clock, @inject(Http) http: Http | undefined) {
    this.all = [greeting, clock, http];
  }
}
export class Wrong {
  readonly all: readonly unknown[];
  constructor(
    // @ts-expect-error -- a text is no number
    @inject(Greeting) loudness: number,
    // @ts-expect-error -- a clock is no network
    @inject(Clock) http: Http,
  ) {
    this.all = [loudness, http];
  }
}
export const container = createPadlockContainer({});
export const clock: Clock = resolve(container, Clock);
provide(container, Greeting, 'hello');
// @ts-expect-error -- a number is no text
provide(container, Greeting, 7);
// @ts-expect-error -- a clock is no network
export const wrong: Http = resolve(container, Clock);

// ---- testing -------------------------------------------------------------------------------------------------------

export async function tested(): Promise<number> {
  await using idp = await startSandbox();
  const ports: Partial<Ports> = idp.human('robin@percy.test');
  await using padlock = createPadlock({ ...idp.client('password'), ports });
  await padlock.authenticate();
  idp.requests.clear();
  idp.advance(3600);
  idp.next('token', { status: 503, headers: { 'retry-after': '1' } });
  await Promise.all(Array.from({ length: 100 }, () => padlock.token()));
  // @ts-expect-error -- no such endpoint
  idp.next('tokens', {});
  return idp.requests.at('token').length;
}
