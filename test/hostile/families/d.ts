/** D: what a hostile or broken provider answers. Tokens first; discovery, keys and the rest are in d-documents.ts. */
import { strictEqual } from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { type Answer, raw, refusal } from '../network/answer.ts';
import type { Row } from '../row.ts';
import { DOCUMENTS } from './d-documents.ts';

const AUTH = { args: ['auth'] };
const MIB = 1024 * 1024;
type Bad = readonly [id: string, what: string, answer: Answer, exit: number, code?: NonNullable<Row['code']>];

/** One answer of the token endpoint and what becomes of it. */
const token = ([id, what, answer, exit, code]: Bad): Row => ({
  id,
  what,
  answers: { token: answer },
  run: AUTH,
  exit,
  ...(code && { code }),
});
const body = (text: string): Answer => ({ status: 200, body: text });
const html = { 'content-type': 'text/html' };
const header = (length: number): string => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

const FORMS: readonly Bad[] = [
  ['D1', 'tokens as a page', { status: 200, headers: html, body: '<html><body>Welcome</body></html>' }, 7, 'proto_not_json'],
  ['D2', 'a page that says it is JSON', body('<html><body>Welcome</body></html>'), 7, 'proto_not_json'],
  ['D3', 'JSON that says it is a page', { headers: html }, 7, 'proto_content_type'],
  ['D4', 'the page of a gateway', { status: 502, headers: html, body: '<html>Bad Gateway</html>' }, 10, 'idp_unavailable'],
  ['D5', 'tokens with status 201', { status: 201 }, 7, 'proto_status'],
  [
    'D6',
    'a redirect to another origin',
    { status: 302, headers: { location: 'https://evil.example/token' }, body: '' },
    7,
    'proto_redirect',
  ],
  [
    'D7',
    'a redirect that repeats the request',
    { status: 307, headers: { location: 'https://evil.example/token' }, body: '' },
    7,
    'proto_redirect',
  ],
  ['D8', 'a refusal with status 200', { status: 200, body: { error: 'invalid_grant' } }, 4, 'auth_invalid_grant'],
  ['D9list', 'a list', body('[]'), 7, 'proto_bad_shape'],
  ['D9null', 'null', body('null'), 7, 'proto_bad_shape'],
  ['D9text', 'a text', body('"x"'), 7, 'proto_bad_shape'],
  ['D9number', 'a number', body('1'), 7, 'proto_bad_shape'],
  ['D10', 'nothing', body(''), 7, 'proto_not_json'],
  ['D11', 'half an object', body('{"access_token":"at-x","token_ty'), 7, 'proto_not_json'],
  ['D12comma', 'a comma too many', body('{"access_token":"at-x",}'), 7, 'proto_not_json'],
  ['D12single', 'single quotes', body("{'access_token':'at-x'}"), 7, 'proto_not_json'],
  ['D12nan', 'a number that is none', body('{"expires_in":NaN}'), 7, 'proto_not_json'],
  ['D12leading', 'a number with a leading zero', body('{"expires_in":01}'), 7, 'proto_not_json'],
  ['D12control', 'a control character in a text', body('{"scope":"a\u0000b"}'), 7, 'proto_not_json'],
  [
    'D12utf',
    'bytes that are no UTF-8',
    { status: 200, body: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d) },
    7,
    'proto_not_json',
  ],
  ['D12bom', 'a byte order mark and an object of nothing', body('\ufeff{}'), 7, 'proto_bad_shape'],
  ['D21', 'a member twice', body('{"access_token":"at-x","access_token":"at-y","token_type":"Bearer"}'), 7, 'proto_duplicate_key'],
  [
    'D22',
    'members with a meaning in JavaScript',
    { members: JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as object as Record<string, unknown> },
    0,
  ],
  ['D23', 'nesting a hundred thousand deep', body(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 7, 'proto_too_deep'],
  ['D24', '64 MiB', raw({ send: header(64 * MIB) }, { flood: 'x'.repeat(65_536), times: 1024 }), 7, 'proto_too_large'],
  [
    'D25',
    'a body that grows a thousandfold',
    { status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(32 * MIB)) },
    7,
    'proto_too_large',
  ],
  ['D26short', 'fewer bytes than announced', raw({ send: `${header(1000)}{"access_token":"at-x"}` }), 6, 'net_reset'],
  ['D26long', 'more bytes than announced', raw({ send: `${header(10)}{"access_token":"at-x","token_type":"Bearer"}` }), 6, 'net_reset'],
];

const member = (
  id: string,
  what: string,
  members: Readonly<Record<string, unknown>>,
  exit: number,
  code?: NonNullable<Row['code']>,
): Bad => (code === undefined ? [id, what, { members }, exit] : [id, what, { members }, exit, code]);
const SHAPE = 'proto_bad_shape';

const MEMBERS: readonly Bad[] = [
  member('D13none', 'no access token', { access_token: undefined }, 7, SHAPE),
  member('D13empty', 'an empty access token', { access_token: '' }, 7, SHAPE),
  member('D13number', 'a number for an access token', { access_token: 1 }, 7, SHAPE),
  member('D13object', 'an object for an access token', { access_token: {} }, 7, SHAPE),
  member('D14cr', 'an access token with a carriage return', { access_token: 'at\r\nx-injected: 1' }, 7, SHAPE),
  member('D14nul', 'an access token with a NUL', { access_token: 'at\0x' }, 7, SHAPE),
  member('D14space', 'an access token with a space', { access_token: 'at x' }, 7, SHAPE),
  member('D14umlaut', 'an access token that is not ASCII', { access_token: 'ätx' }, 7, SHAPE),
  member('D15none', 'no token type', { token_type: undefined }, 7, 'proto_token_type'),
  member('D15mac', 'a token type that nobody has', { token_type: 'mac' }, 7, 'proto_token_type'),
  member('D15upper', 'a token type in capitals', { token_type: 'BEARER' }, 0),
  member('D16negative', 'a lifetime that is over', { expires_in: -1 }, 7, SHAPE),
  member('D16text', 'a lifetime that is no number', { expires_in: 'abc' }, 7, SHAPE),
  member('D16huge', 'a lifetime beyond all dates', { expires_in: 1e300 }, 0),
  member('D16zero', 'no lifetime at all', { expires_in: 0 }, 0),
  member('D16null', 'a lifetime of null', { expires_in: null }, 0),
  member('D17', 'a lifetime as a text', { expires_in: '3600' }, 0),
  member('D18', 'no ID token', { id_token: undefined }, 8, 'token_missing'),
  member('D19object', 'an object for an ID token', { id_token: {} }, 7, SHAPE),
  member('D19list', 'a list for an ID token', { id_token: ['x'] }, 7, SHAPE),
  member('D20', 'an empty refresh token', { refresh_token: '' }, 7, SHAPE),
];

const HOSTILE = '\u001b[2J\u001b]8;;https://evil.example\u0007\u001b]52;c;cm0=\u0007\u202e';
const REFUSALS: readonly Row[] = [
  {
    ...token([
      'D27',
      'an explanation that would take over the terminal',
      refusal('invalid_request', { error_description: HOSTILE + 'x'.repeat(100_000) }),
      5,
      'client_invalid_request',
    ]),
    check: ({ error }) => strictEqual(String(error?.message).length < 700, true),
  },
  token([
    'D28',
    'a refusal that repeats the request',
    ({ body: sent }) => refusal('invalid_request', { error_description: sent }),
    5,
    'client_invalid_request',
  ]),
  token(['D29object', 'an error that is no text', { status: 400, body: { error: { code: 1 } } }, 7, SHAPE]),
  {
    ...token(['D29unknown', 'an error that no specification knows', refusal('out_of_tea'), 4, 'auth_access_denied']),
    check: ({ error }) => strictEqual(error?.oauth_error, 'out_of_tea'),
  },
  token([
    'D30',
    'a 401 with a challenge and no word',
    { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: '' },
    5,
    'client_invalid',
  ]),
  token(['D31', 'a 400 without a reason', { status: 400, body: '' }, 7, SHAPE]),
  {
    id: 'D31refresh',
    what: 'a 400 without a reason, to a refresh token: it is kept, and nobody trusts it any more',
    signedIn: true,
    answers: { token: { status: 400, body: '' } },
    run: { args: ['token', '--refresh'], env: { PADLOCK_PASSWORD: undefined } }, // nobody can sign in again by itself
    exit: 4,
    code: 'auth_refresh_rejected',
    afterwards: 'gone',
  },
];

export const D: readonly Row[] = [...[...FORMS, ...MEMBERS].map(token), ...REFUSALS, ...DOCUMENTS];
