/** Every flow with every client authentication at servers that nobody here wrote. What one does not offer, it says itself: the table at the end cites it. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ClientAuth, Grant, PadlockOptions, Session } from '../../src/index.ts';
import { strategies } from '../../src/strategies/index.ts';
import { clientAuthNotOffered, flowNotOffered, padlockAt, published, refusal, signIn } from './matrix.ts';
import { type Peer, peers } from './peers.ts';
import { type Cell, noted } from './support.ts';

/** What none of these servers has; the sandbox plays who does, from the documented wire shapes. */
const SANDBOX_ONLY: Readonly<Record<string, string>> = {
  'password-realm': "Auth0's own",
  'jwt-bearer': 'none of them takes an assertion as a grant (RFC 7523 §2.1)',
};

const all = peers();
const grants = strategies.filter(({ kind }) => kind === 'grant') as readonly Grant[];
const clientAuths = strategies.filter(({ kind }) => kind === 'client-auth') as readonly ClientAuth[];
const passed = new Set<string>();
const note = (server: string, flow: string, auth: string, outcome: string): void => {
  const cell: Cell = { server, flow, auth, outcome };
  if (outcome === 'pass') for (const name of [flow, auth]) passed.add(name);
  noted(cell);
};

type Outcome = { readonly session: Session } | { readonly error: unknown };
const outcomes = new Map<string, Outcome>();
const keyOf = ({ name }: Peer, flow: string, auth: string): string => `${name}: ${flow}, ${auth}`;
const cellsOf = ({ clients, flows }: Peer): readonly (readonly [flow: string, auth: string])[] =>
  Object.keys(flows).flatMap((flow) => Object.keys(clients).map((auth) => [flow, auth] as const));

// The servers are asked side by side, and each one thing after the other.
beforeAll(async () => {
  const all = peers().map(async (peer) => {
    for (const [flow, auth] of cellsOf(peer)) {
      const outcome = await signIn(peer, flow, auth).then(
        (session): Outcome => ({ session }),
        (error: unknown): Outcome => ({ error }),
      );
      outcomes.set(keyOf(peer, flow, auth), outcome);
    }
  });
  await Promise.all(all);
}, 300_000);

function outcomeOf(peer: Peer, flow: string, auth: string): Session {
  const outcome = outcomes.get(keyOf(peer, flow, auth));
  if (outcome !== undefined && 'session' in outcome) return outcome.session;
  throw outcome?.error;
}

describe.each(all.map((peer) => [peer.name, peer] as const))('%s', (name, peer) => {
  const refused = Object.entries(peer.refused).map(
    ([pair, why]) => [...pair.split(', '), why] as unknown as readonly [string, string, string],
  );
  const taken = cellsOf(peer).filter(([flow, auth]) => peer.refused[`${flow}, ${auth}`] === undefined);

  test.each(taken)('signs in with %s and %s', (flow, auth) => {
    const { access, identity, user } = outcomeOf(peer, flow, auth);
    expect(access.value).toMatch(/./);
    if (peer.flows[flow]?.scope?.includes('openid')) {
      expect(identity).toMatchObject({ verified: true, from: 'id_token' });
      expect(user?.id).toMatch(/./);
    }
    note(name, flow, auth, 'pass');
  });

  if (refused.length > 0)
    test.each(refused)('refuses %s with %s: %s', (flow, auth, why) => {
      const outcome = outcomes.get(keyOf(peer, flow, auth)) as { readonly error?: unknown };
      note(name, flow, auth, `not offered: ${refusal(outcome.error)} (${why})`);
    });

  const otherGrants = grants.filter((grant) => peer.flows[grant.name] === undefined).map((grant) => [grant.name, grant.grantType] as const);
  test.each(otherGrants)('says itself that it has no %s', async (flow, grantType) => {
    note(name, flow, 'any', `not offered: ${await flowNotOffered(peer, String(grantType))}`);
  });

  const otherAuths = clientAuths.filter((auth) => peer.clients[auth.name] === undefined).map((auth) => [auth.name, auth.method] as const);
  if (otherAuths.length > 0)
    test.each(otherAuths)('says itself that it knows no client by %s', async (auth, method) => {
      note(name, 'any', auth, `not offered: ${await clientAuthNotOffered(peer, method)}`);
    });
});

const payloadOf = (token: string): Readonly<Record<string, unknown>> | undefined => {
  const part = token.split('.')[1];
  return part === undefined ? undefined : (JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
};
const API = 'https://api.interop.test';
const DETAILS = [{ type: 'payment_initiation', instructedAmount: { currency: 'EUR', amount: '123.50' } }];

/** Extras: what of the metadata, or of what is given by hand, says that they are there, and what shows it. */
const extras: readonly (readonly [name: string, member: string, shown: (peer: Peer) => Promise<void>, auth?: string])[] = [
  [
    'PAR (RFC 9126)',
    'pushed_authorization_request_endpoint',
    async (peer) => void (await signIn(peer, 'authorization-code', peer.usual, { values: { par: true } })),
  ],
  [
    'DPoP (RFC 9449)',
    'dpop_signing_alg_values_supported',
    async (peer) => expect((await signIn(peer, peer.first, peer.usual, { dpop: true })).access.type).toBe('DPoP'),
  ],
  [
    'rich authorization requests (RFC 9396)',
    'authorization_details_types_supported',
    async (peer) => {
      const asked: PadlockOptions = { authorizationDetails: DETAILS, resource: [API] };
      expect((await signIn(peer, 'authorization-code', peer.usual, asked)).access.authorizationDetails).toEqual(DETAILS);
    },
  ],
  [
    'introspection (RFC 7662)',
    'introspection_endpoint',
    async (peer) => {
      const { access } = await signIn(peer, peer.first, peer.usual, { verifier: 'introspection' });
      expect(access.verified.by).toBe('introspection');
    },
  ],
  [
    'userinfo',
    'userinfo_endpoint',
    async (peer) => {
      const { access } = await signIn(peer, 'authorization-code', peer.usual, { verifier: 'userinfo' });
      expect(access.verified.by).toBe('userinfo');
    },
  ],
  [
    'revocation (RFC 7009)',
    'revocation_endpoint',
    async (peer) => {
      await using padlock = padlockAt(peer, peer.first, peer.usual);
      await padlock.authenticate();
      expect(await padlock.logout()).toEqual({ revoked: true });
    },
  ],
  [
    'tokens bound to a certificate (RFC 8705 §3)',
    'tls_client_certificate_bound_access_tokens',
    async (peer) => {
      const session = await signIn(peer, 'authorization-code', 'tls-client-auth', { verifier: 'userinfo' });
      expect(session.access.verified.by).toBe('userinfo');
      const { access } = await signIn(peer, 'client-credentials', 'tls-client-auth');
      expect(payloadOf(access.value)).toMatchObject({ cnf: { 'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) } });
    },
    'tls-client-auth',
  ],
];
const optionOf = (member: string): string => member.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe.each(extras)('%s', (extra, member, shown, auth) => {
  test.each(all.map((peer) => [peer.name, peer] as const))('at %s', async (name, peer) => {
    const metadata = await published(peer);
    const isThere = metadata?.[member] !== undefined || peer.endpoints[optionOf(member)] !== undefined;
    if (isThere) await shown(peer);
    const lacks = metadata === undefined ? 'it publishes no metadata' : `its metadata has no ${member}`;
    note(name, extra, isThere ? (auth ?? peer.usual) : 'any', isThere ? 'pass' : `not offered: ${lacks}`);
  });
});

// Nothing announces them: the token says whether it is for whom it was asked for.
test.each(all.map((peer) => [peer.name, peer] as const))('resource indicators (RFC 8707) at %s', async (name, peer) => {
  const isListed = peer.flows['client-credentials']?.resource !== undefined;
  const asked = signIn(peer, 'client-credentials', peer.usual, { resource: [API] });
  const answer = await asked.then(
    ({ access }) => payloadOf(access.value)?.aud ?? 'nobody',
    (error: unknown) => refusal(error),
  );
  expect(answer === API).toBe(isListed);
  note(
    name,
    'resource indicators (RFC 8707)',
    peer.usual,
    isListed ? 'pass' : `not offered: asked for ${API}, its token is for ${String(answer)}`,
  );
});

// What `-t` picks out of this file is not everything, and this has nothing to say then.
test.each([...grants, ...clientAuths].map(({ name }) => name))('%s was seen at a real server, or nobody has it', (name) => {
  expect(passed.has(name)).toBe(SANDBOX_ONLY[name] === undefined);
  if (SANDBOX_ONLY[name] !== undefined) note('the sandbox', name, 'any', `only there: ${SANDBOX_ONLY[name]}`);
});
