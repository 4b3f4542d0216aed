/** C: the network. Names, connections and repetitions here; certificates and proxies are in c-tls.ts. */
import { deepEqual, strictEqual } from 'node:assert/strict';
import { type Answer, raw, refusal } from '../network/answer.ts';
import { blackHole } from '../network/black-hole.ts';
import type { Endpoint } from '../network/provider.ts';
import { NAME_ERROR, resolving, SERVER_FAILURE } from '../network/resolver.ts';
import type { Provocation, Row, World } from '../row.ts';
import { firstWatched } from '../watched.ts';
import { ANOTHER_WAY } from './c-tls.ts';

const NAME = 'id.example.test';
const JSON_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n';

/** A sign-in at an issuer that is nowhere. */
const nowhere = (
  id: string,
  what: string,
  code: NonNullable<Row['code']>,
  run: (world: World) => Promise<Partial<Provocation>>,
  more: Partial<Row> = {},
): Row => ({
  id,
  what,
  answers: {},
  run: async (world) => ({ args: ['auth', '--timeout', '2'], ...(await run(world)) }),
  exit: 6,
  code,
  ...more,
});
const issuer = (url: string): Partial<Provocation> => ({ env: { PADLOCK_ISSUER: url } });
const unknown = (id: string, what: string, says: number): Row =>
  nowhere(id, what, 'net_dns', async ({ net }) => ({ ...issuer(`https://${NAME}`), ...(await resolving(net, says)) }), {
    hosts: [NAME],
    check: ({ error }) => strictEqual(error?.retryable, true),
  });

/** How often an endpoint was asked. */
const times =
  (endpoint: Endpoint, count: number): NonNullable<Row['check']> =>
  (_, { idp }) =>
    strictEqual(idp.at(endpoint).length, count);

type Broken = readonly [id: string, what: string, endpoint: Endpoint, answer: Answer, code: NonNullable<Row['code']>, count: number];
/** One endpoint that does not get its answer out, and how often it is asked. */
const broken = ([id, what, endpoint, answer, code, count]: Broken): Row => ({
  id,
  what,
  answers: { [endpoint]: answer },
  run: { args: ['auth', '--timeout', '2'] },
  exit: 6,
  code,
  check: times(endpoint, count),
});

const CONNECTIONS: readonly Row[] = [
  unknown('C1', 'a name that does not exist', NAME_ERROR),
  unknown('C2', 'a name server that does not know at the moment', SERVER_FAILURE),
  nowhere('C3', 'a port where nobody listens', 'net_connect', async ({ net }) => issuer(`http://127.0.0.1:${await net.dead()}/refuses`)),
  nowhere('C4', 'an address that swallows everything', 'net_timeout', async ({ net }) =>
    issuer(`http://127.0.0.1:${await blackHole(net)}/swallows`),
  ),
  nowhere('C5', 'a server that says nothing', 'net_timeout', async ({ net }) =>
    issuer(`http://127.0.0.1:${(await net.silent()).port}/silent`),
  ),
  nowhere('C5tls', 'a server that says nothing, where TLS should be', 'net_timeout', async ({ net }) =>
    issuer(`https://127.0.0.1:${(await net.silent()).port}`),
  ),
  ...(
    [
      ['C5token', 'a token endpoint that says nothing', 'token', raw('silence'), 'net_timeout', 1],
      [
        'C6',
        'a byte now and then after the header',
        'discovery',
        raw({ send: JSON_HEAD }, { drip: `{"issuer":"${'x'.repeat(99)}`, every: 200 }),
        'net_timeout',
        1,
      ],
      ['C6header', 'a byte of the header now and then', 'discovery', raw({ drip: JSON_HEAD, every: 200 }), 'net_timeout', 1],
      [
        'C6token',
        'tokens a byte at a time',
        'token',
        raw({ send: JSON_HEAD }, { drip: '{"access_token":"at-x","token_type":"Bearer"}', every: 200 }),
        'net_timeout',
        1,
      ],
      ['C7', 'a reset before the header', 'discovery', raw('reset'), 'net_reset', 2],
      ['C7token', 'a reset where tokens should come', 'token', raw('reset'), 'net_reset', 1],
      [
        'C7half',
        'a reset in the middle of the header',
        'token',
        raw({ send: JSON_HEAD.slice(0, 30) }, { wait: 100 }, 'reset'),
        'net_reset',
        1,
      ],
      [
        'C8',
        'a reset in the middle of the body',
        'discovery',
        raw({ send: `${JSON_HEAD}{"issuer"` }, { wait: 100 }, 'reset'),
        'net_reset',
        2,
      ],
      [
        'C8token',
        'tokens that would be whole, but for the reset',
        'token',
        raw({ send: `${JSON_HEAD}{"access_token":"at-x","token_type":"Bearer"}` }, { wait: 100 }, 'reset'),
        'net_reset',
        1,
      ],
    ] as const
  ).map(broken),
];

/** What a provider says that is busy, and how often it is asked then. */
const busy = (
  [id, what, endpoint, answer, count]: readonly [
    id: string,
    what: string,
    endpoint: Endpoint,
    answer: Answer | readonly Answer[],
    count: number,
  ],
  expected: Pick<Row, 'exit' | 'code'> & Partial<Row>,
  retryAfter?: number,
): Row => ({
  id,
  what,
  answers: { [endpoint]: answer },
  run: { args: expected.signedIn ? ['token', '--refresh'] : ['auth'] },
  ...expected,
  check: (outcome, world) => {
    strictEqual(world.idp.at(endpoint).length, count);
    strictEqual(outcome.error?.retry_after, retryAfter);
  },
});
const limited = (seconds: string): Answer => ({ status: 429, headers: { 'retry-after': seconds }, body: '' });
const RATE_LIMITED = { exit: 10, code: 'idp_rate_limited' } as const;
const UNAVAILABLE = { exit: 10, code: 'idp_unavailable' } as const;
const away: Answer = { status: 503, body: '' };
/** The first of the requests is the sign-in before. */
const REFRESH = { signedIn: true, allow: { stdout: ['issued'] } } as const;

const BUSY: readonly Row[] = [
  busy(['C19', 'a provider that wants two seconds, and then two more', 'discovery', limited('2'), 2], RATE_LIMITED, 2),
  busy(['C19then', 'a provider that wants a second, and then answers', 'discovery', [limited('1'), {}], 2], { exit: 0 }),
  busy(['C19password', 'a rate limit at a sign-in: nobody tries a password twice', 'token', limited('3'), 1], RATE_LIMITED, 3),
  busy(['C19refresh', 'a rate limit at a refresh', 'token', limited('1'), 3], { ...RATE_LIMITED, ...REFRESH }, 1),
  busy(['C20', 'a provider that wants a day', 'discovery', limited('86400'), 1], RATE_LIMITED, 86_400),
  busy(['C20refresh', 'a refresh that has to wait for a day', 'token', limited('86400'), 2], { ...RATE_LIMITED, ...REFRESH }, 86_400),
  busy(
    ['C20year', 'a provider that wants a year, as a date', 'discovery', limited('Fri, 31 Dec 9999 23:59:59 GMT'), 1],
    RATE_LIMITED,
    86_400,
  ),
  busy(['C21', 'a provider that is away and does not say for how long', 'discovery', away, 2], UNAVAILABLE),
  busy(['C21then', 'a provider that comes back at once', 'jwks', [away, {}], 2], { exit: 0 }),
  busy(['C21refresh', 'a provider that comes back for a refresh', 'token', [away, {}], 3], { exit: 0, ...REFRESH }),
  busy(['C22', 'a server error', 'token', refusal('server_error', {}, 500), 1], UNAVAILABLE),
  busy(
    ['C22discovery', 'a server error where the discovery document should be', 'discovery', refusal('server_error', {}, 500), 1],
    UNAVAILABLE,
  ),
  busy(['C22refresh', 'a server error at a refresh, which may have been redeemed', 'token', refusal('server_error', {}, 500), 2], {
    ...UNAVAILABLE,
    ...REFRESH,
  }),
];

/** Somebody whose browser goes where it is sent, and comes back. */
const browse: Provocation['during'] = async (running) => {
  const said = await running.until(/authorize\?[^\s"]+/);
  const url = /http:\/\/[^\s"]+\/authorize\?[^\s"]+/.exec(said)?.[0] ?? '';
  await fetch((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '');
};
/** A request that may not be repeated, and what became of it. */
const once = (id: string, what: string, answer: Answer, expected: Pick<Row, 'exit' | 'code'>, run: Partial<Provocation> = {}): Row => ({
  id,
  what,
  answers: { token: answer },
  run: { args: ['auth', '--timeout', '3'], ...run },
  ...expected,
  check: times('token', 1),
});
const CODE = { env: { PADLOCK_FLOW: 'authorization-code', PADLOCK_NO_BROWSER: '1' }, during: browse } as const;
const LOST = raw({ wait: 50 }, 'reset');

const ONCE: readonly Row[] = [
  once('C23', 'a password that was sent, and a connection that broke', LOST, { exit: 6, code: 'net_reset' }),
  once('C23silent', 'a password that was sent, and no answer', raw({ wait: 1 }, 'silence'), { exit: 6, code: 'net_timeout' }),
  once(
    'C23away',
    'a password, and a provider that is away',
    { status: 503, headers: { 'retry-after': '1' }, body: '' },
    { exit: 10, code: 'idp_unavailable' },
  ),
  once('C23closed', 'a password, and a connection that was closed', raw('end'), { exit: 6, code: 'net_reset' }),
  {
    ...once('C24', 'a code that was sent, and no answer', raw('silence'), { exit: 6, code: 'net_timeout' }, CODE),
    once: 'its browser comes back once',
  },
  {
    ...once('C24reset', 'a code that was sent, and a connection that broke', LOST, { exit: 6, code: 'net_reset' }, CODE),
    once: 'its browser comes back once',
  },
  {
    id: 'C24device',
    what: 'a device code that was sent, and no answer: the next question is asked in its own time (RFC 8628 §3.5), and its answer holds',
    answers: { token: [raw('silence'), refusal('invalid_grant')] },
    run: { args: ['auth', '--timeout', '2'], env: { PADLOCK_FLOW: 'device-code' } },
    exit: 4,
    code: 'auth_invalid_grant',
    within: 20,
    check: times('token', 2),
  },
];

/** Fails the run at the first connection. */
const NO_CONNECTION = `require('node:net').Socket.prototype.connect = () => { process.exitCode = 99; throw new Error('a connection'); };`;

const OFFLINE: readonly Row[] = [
  {
    id: 'C25',
    what: 'a token that is fresh, without a network',
    signedIn: true,
    answers: {},
    run: { args: ['token'], under: 'exec unshare -rn "$@"', preload: NO_CONNECTION },
    exit: 0,
    allow: { stdout: ['issued'] },
    check: ({ json }, { idp }) => deepEqual([json().token_type, idp.at('token').length], ['Bearer', 1]),
  },
  {
    id: 'C25over',
    what: 'a refresh without a network',
    signedIn: true,
    answers: {},
    run: { args: ['token', '--refresh'], under: 'exec unshare -rn "$@"' },
    exit: 6,
    code: 'net_connect',
  },
];

export const C: readonly Row[] = firstWatched([...CONNECTIONS, ...BUSY, ...ONCE, ...OFFLINE, ...ANOTHER_WAY]);
