/** D: hostile discovery documents, key sets, introspection and userinfo. */
import { strictEqual } from 'node:assert/strict';
import { keyFor } from '../../core/forge.ts';
import type { Answer } from '../network/answer.ts';
import type { Row } from '../row.ts';

const AUTH = { args: ['auth'] };
const RS256 = keyFor('RS256').jwk;
const at = (headers: Readonly<Record<string, unknown>>, path = ''): string => `http://${String(headers.host)}${path}`;

const discovery = (id: string, what: string, answer: Answer, code: NonNullable<Row['code']>, more: Partial<Row> = {}): Row => ({
  id,
  what,
  answers: { discovery: answer },
  run: AUTH,
  exit: 7,
  code,
  ...more,
});
const endpoint = (id: string, url: string): Row =>
  discovery(id, `a token endpoint at ${url}`, { members: { token_endpoint: url } }, 'proto_discovery_invalid');
const keys = (id: string, what: string, jwks: Answer, exit: number, code?: NonNullable<Row['code']>): Row => ({
  id,
  what: `a key set with ${what}`,
  answers: { jwks },
  run: AUTH,
  exit,
  ...(code && { code }),
});
const NOT_FOUND: Answer = { status: 404, body: '' };

const DISCOVERY: readonly Row[] = [
  discovery(
    'D32',
    'the discovery document of another issuer',
    { members: { issuer: 'https://id.example.test' } },
    'proto_discovery_mismatch',
  ),
  endpoint('D33script', 'javascript:alert(1)'),
  endpoint('D33file', 'file:///etc/passwd'),
  endpoint('D33http', 'http://id.example.test/token'),
  discovery('D34', 'a discovery document without a token endpoint', { members: { token_endpoint: undefined } }, 'proto_discovery_invalid'),
  discovery('D35none', 'no discovery document in either place', NOT_FOUND, 'proto_discovery_invalid', {
    check: (_, { idp }) => strictEqual(idp.at('discovery').length + idp.at('metadata').length, 2),
  }),
  {
    id: 'D35other',
    what: 'a discovery document where RFC 8414 has it',
    answers: {
      discovery: NOT_FOUND,
      metadata: ({ headers }) => ({
        status: 200,
        body: {
          issuer: at(headers),
          token_endpoint: at(headers, '/token'),
          jwks_uri: at(headers, '/jwks'),
          id_token_signing_alg_values_supported: ['RS256'],
        },
      }),
    },
    run: AUTH,
    exit: 0,
  },
];

const { e: _e, ...incomplete } = RS256;
const KEYS: readonly Row[] = [
  keys('D36html', 'a page in its place', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, 7, 'proto_not_json'),
  keys('D36object', 'an object of keys', { status: 200, body: { keys: {} } }, 7, 'proto_jwks_invalid'),
  keys('D36none', 'no keys', { status: 200, body: { keys: [] } }, 8, 'token_key_not_found'),
  keys('D37', 'one broken key among good ones', { status: 200, body: { keys: [{ ...incomplete, kid: 'broken' }, RS256] } }, 0),
  keys(
    'D38secret',
    'a secret key',
    { status: 200, body: { keys: [RS256, { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' }] } },
    7,
    'proto_jwks_invalid',
  ),
  keys('D38private', 'a private key', { status: 200, body: { keys: [{ ...RS256, d: 'AQAB' }] } }, 7, 'proto_jwks_invalid'),
];

const judged = (id: string, what: string, active: unknown, exit: number, code: NonNullable<Row['code']>): Row => ({
  id,
  what: `introspection whose active is ${what}`,
  answers: { introspect: { members: { active } } },
  run: { args: ['auth', '--verifier', 'introspection'] },
  exit,
  code,
});

const OTHERS: readonly Row[] = [
  judged('D39text', 'the text "true"', 'true', 7, 'proto_bad_shape'),
  judged('D39false', 'false', false, 8, 'token_inactive'),
  {
    id: 'D40',
    what: 'userinfo about somebody who is not signed in',
    signedIn: true,
    answers: { userinfo: { members: { sub: 'somebody-else' } } },
    run: { args: ['whoami', '--online'] },
    exit: 8,
    code: 'token_sub_mismatch',
  },
  {
    id: 'D41',
    what: 'a wider scope than was asked for: it is told',
    answers: { token: { members: { scope: 'openid profile email admin' } } },
    run: AUTH,
    exit: 0,
    check: ({ json }) =>
      strictEqual(
        (json().warnings as { code: string }[]).some(({ code }) => code.startsWith('scope_')),
        true,
      ),
  },
  {
    id: 'D42',
    what: 'cookies: they are not sent back',
    answers: { discovery: { headers: { 'set-cookie': 'sid=1; Path=/' } } },
    run: AUTH,
    exit: 0,
    check: (_, { idp }) =>
      strictEqual(
        idp.at('token').some(({ headers }) => headers.cookie !== undefined),
        false,
      ),
  },
];

export const DOCUMENTS: readonly Row[] = [...DISCOVERY, ...KEYS, ...OTHERS];
