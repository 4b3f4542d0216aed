/**
 * The families of forged tokens that attack tools and real weaknesses are made of (jwt_tool, jwt-hack, PortSwigger, RFC 8725), over one algorithm.
 * Seeded: the same number makes the same choices. Every token is to be refused, with one of the codes its family names.
 */
import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { CLIENT, claims, SECONDS, type SigningKey, segment, signature, strangerFor, token } from '../core/forge.ts';

export interface Forged {
  readonly family: string;
  readonly what: string;
  readonly token: string;
  readonly codes: readonly string[];
}

/** mulberry32: small, and the same everywhere. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const MALFORMED = ['token_malformed'];
const NOT_ALLOWED = ['token_alg_not_allowed'];
const WRONG = ['token_signature'];
const UNKNOWN = ['token_key_not_found'];
const unsigned = (header: unknown, payload: unknown = claims(), tail = ''): string => `${segment(header)}.${segment(payload)}.${tail}`;
const without = (name: string): Record<string, unknown> => Object.fromEntries(Object.entries(claims()).filter(([key]) => key !== name));

type Named = readonly (readonly [what: string, token: string, codes: readonly string[]])[];

function algNone({ alg, jwk }: SigningKey, good: string): Named {
  const spellings: readonly unknown[] = ['none', 'None', 'NONE', 'nOnE', '', 'none ', null, undefined, ['none'], 0, false, {}];
  return spellings.flatMap((spelled) => [
    [`${JSON.stringify(spelled)}, no signature`, unsigned({ alg: spelled, kid: jwk.kid }), NOT_ALLOWED],
    [
      `${JSON.stringify(spelled)}, signature of ${alg}`,
      unsigned({ alg: spelled, kid: jwk.kid }, claims(), good.split('.')[2]),
      NOT_ALLOWED,
    ],
    [`${JSON.stringify(spelled)}, two parts`, unsigned({ alg: spelled }).slice(0, -1), MALFORMED],
  ]);
}

/** HMAC keyed with the public key, in every form somebody may have it in. */
function keyConfusion({ alg, jwk, key }: SigningKey): Named {
  if (typeof key === 'string') return [];
  const spki = createPublicKey(key);
  const pem = String(spki.export({ type: 'spki', format: 'pem' }));
  const forms: readonly (readonly [string, string])[] = [
    ['PEM', pem],
    ['PEM without its last line end', pem.trimEnd()],
    ['PEM on one line', pem.replaceAll('\n', '')],
    ['PEM with the line ends of Windows', pem.replaceAll('\n', '\r\n')],
    ['DER in base64', spki.export({ type: 'spki', format: 'der' }).toString('base64')],
    ...(jwk.kty === 'RSA' ? [['PKCS #1', String(spki.export({ type: 'pkcs1', format: 'pem' }))] as const] : []),
    ['JWK', JSON.stringify(jwk)],
    ['JWK without extras', JSON.stringify({ kty: jwk.kty, n: jwk.n, e: jwk.e, crv: jwk.crv, x: jwk.x, y: jwk.y })],
    ['modulus or coordinate', String(jwk.n ?? jwk.x)],
    ['kid', String(jwk.kid)],
    ['empty', ''],
  ];
  return forms.flatMap(([form, secret]) =>
    ['HS256', 'HS384', 'HS512'].map(
      (hmac) => [`${hmac} keyed with the ${form} of ${alg}`, token({ alg: hmac, key: secret, jwk }), NOT_ALLOWED] as const,
    ),
  );
}

function otherAlgorithm(signer: SigningKey): Named {
  const names = ['RS256', 'RS512', 'PS256', 'PS512', 'ES256', 'ES512', 'EdDSA', 'HS256', 'HS512', 'ES256K', 'RS1', 'HS1', 'A128GCM', 'dir'];
  return names
    .filter((name) => name !== signer.alg)
    .map((name) => [`header says ${name}`, token(signer, { header: { alg: name } }), NOT_ALLOWED]);
}

/** The attacker's own key, offered in the header. */
function headerInject(signer: SigningKey, stranger: SigningKey): Named {
  if (typeof signer.key === 'string') return [];
  const headers: readonly Record<string, unknown>[] = [
    { jwk: stranger.jwk },
    { jku: 'https://evil.test/jwks.json' },
    { jku: 'http://169.254.169.254/latest/meta-data/' },
    { x5u: 'https://evil.test/cert.pem' },
    { x5c: ['MIIBszCCAVmgAwIBAgIUAAAA'] },
    { x5t: 'AAAA', 'x5t#S256': 'AAAA' },
  ];
  return headers.flatMap((header) => [
    [`${Object.keys(header)[0]} and the right kid`, token(stranger, { header }), WRONG],
    [`${Object.keys(header)[0]} and another kid`, token(stranger, { header: { ...header, kid: 'evil' } }), UNKNOWN],
  ]);
}

function kidInject(signer: SigningKey): Named {
  if (typeof signer.key === 'string') return [];
  const empty = { ...signer, alg: 'HS256', key: '' };
  const kids: readonly unknown[] = [
    '',
    '/dev/null',
    '../../../../dev/null',
    "x' UNION SELECT 'key';--",
    '| sleep 5',
    '*',
    '__proto__',
    'constructor',
    'x\r\nSet-Cookie: a=b',
    { $ne: '' },
    0,
    [signer.jwk.kid],
    null,
    'k'.repeat(1_000_000),
  ];
  return kids.flatMap((kid) => [
    [`kid ${JSON.stringify(kid).slice(0, 40)}`, token(signer, { header: { kid } }), UNKNOWN],
    [`kid ${JSON.stringify(kid).slice(0, 40)}, keyed with nothing`, token(empty, { header: { kid } }), NOT_ALLOWED],
  ]);
}

function critical(signer: SigningKey): Named {
  const headers: readonly Record<string, unknown>[] = [
    { crit: ['exp'] },
    { crit: [] },
    { crit: 'exp' },
    { crit: null },
    { crit: ['b64'], b64: true },
    { crit: ['b64'], b64: false },
    { b64: false },
    { crit: ['alg'] },
    { crit: ['x'], x: 1 },
  ];
  return headers.map((header) => [JSON.stringify(header), token(signer, { header }), ['token_crit']]);
}

/** The orders of the curves: as `r` or `s` they are zero again. */
const ORDERS: Readonly<Record<string, string>> = {
  ES256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  ES384: 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ES512:
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  Ed: 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010',
};

/** CVE-2022-21449 and its like: signatures of zeros, of ones, of the order of the curve. */
function psychic({ alg, jwk }: SigningKey, good: string): Named {
  const length = Buffer.from(good.split('.')[2] ?? '', 'base64url').length;
  const input = { alg, kid: jwk.kid };
  return [
    ['zeros', unsigned(input, claims(), segment(Buffer.alloc(length))), WRONG],
    ['ones', unsigned(input, claims(), segment(Buffer.alloc(length, 1))), WRONG],
    ['all bits', unsigned(input, claims(), segment(Buffer.alloc(length, 255))), WRONG],
    ['one byte', unsigned(input, claims(), 'AA'), WRONG],
    ['nothing', unsigned(input), WRONG],
    ...Object.entries(ORDERS)
      .filter(([name]) => alg.startsWith(name))
      .flatMap(([, order]): Named => {
        const n = Buffer.from(order, 'hex');
        const zero = Buffer.alloc(n.length);
        const one = Buffer.alloc(n.length, 0).fill(1, n.length - 1);
        return [
          ['the order twice', unsigned(input, claims(), segment(Buffer.concat([n, n]))), WRONG],
          ['the order and one', unsigned(input, claims(), segment(Buffer.concat([n, one]))), WRONG],
          ['zero and the order', unsigned(input, claims(), segment(Buffer.concat([zero, n]))), WRONG],
        ];
      }),
    ['DER of zeros', unsigned(input, claims(), segment(Buffer.from('3006020100020100', 'hex'))), WRONG],
  ];
}

function tamper(signer: SigningKey, good: string, below: (limit: number) => number): Named {
  const [head = '', , tail = ''] = good.split('.');
  const bytes = Buffer.from(tail, 'base64url');
  const flipped = Buffer.from(bytes);
  const at = below(bytes.length);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << below(8));
  const other = token(signer, { payload: claims({ sub: 'percy' }) }).split('.')[2];
  return [
    ['another subject', `${head}.${segment(claims({ sub: 'admin' }))}.${tail}`, WRONG],
    ['a role more', `${head}.${segment(claims({ role: 'admin' }))}.${tail}`, WRONG],
    ['a longer life', `${head}.${segment(claims({ exp: SECONDS + 1e6 }))}.${tail}`, WRONG],
    ['a space in the claims', `${head}.${segment(` ${JSON.stringify(claims())}`)}.${tail}`, WRONG],
    ['no payload', `${head}..${tail}`, WRONG],
    ['a bit of the signature', good.replace(tail, flipped.toString('base64url')), WRONG],
    ['signature of another token', good.replace(tail, other ?? ''), WRONG],
    ['a header member more', `${segment({ alg: signer.alg, kid: signer.jwk.kid, x: 1 })}.${good.split('.')[1]}.${tail}`, WRONG],
  ];
}

function truncated(good: string, below: (limit: number) => number): Named {
  const [head = '', body = '', tail = ''] = good.split('.');
  const bytes = Buffer.from(tail, 'base64url');
  return [
    ['signature one byte short', `${head}.${body}.${segment(bytes.subarray(0, -1))}`, WRONG],
    ['signature cut', `${head}.${body}.${segment(bytes.subarray(0, 1 + below(bytes.length - 1)))}`, WRONG],
    ['signature one byte long', `${head}.${body}.${segment(Buffer.concat([bytes, Buffer.alloc(1)]))}`, WRONG],
    ['signature twice', `${head}.${body}.${segment(Buffer.concat([bytes, bytes]))}`, WRONG],
    ['signature of two megabytes', `${head}.${body}.${'A'.repeat(2_000_000)}`, MALFORMED],
  ];
}

function format(good: string): Named {
  const [head = '', body = '', tail = ''] = good.split('.');
  const spoiled = [
    `${good}\n`,
    `\n${good}`,
    ` ${good}`,
    `${good} `,
    `${good}\0`,
    `${good}.`,
    `.${good}`,
    `.${body}.${tail}`,
    `..`,
    '',
    `${head}.${body}`,
    head,
  ];
  const inner = [' ', '\t', '\n', '\r\n', '=', '==', '+', '/', '?', '%2E', '\u200b'].map((mark) => `${head}.${body}.${tail}${mark}`);
  return [...spoiled, ...inner, `${head}.${body} .${tail}`, `${head} .${body}.${tail}`, `Bearer ${good}`].map((text) => [
    JSON.stringify(text.replace(good, '…').slice(-12)),
    text,
    MALFORMED,
  ]);
}

/** The same bytes in another spelling: the unused bits of the last character. */
function loose(good: string): Named {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return [0, 1, 2].flatMap((at) => {
    const parts = good.split('.');
    const part = parts[at] ?? '';
    if (part.length % 4 === 0) return [];
    const next = alphabet[alphabet.indexOf(part.at(-1) ?? '') + 1] ?? 'B';
    parts[at] = part.slice(0, -1) + next;
    return [[`loose bits in part ${at + 1}`, parts.join('.'), MALFORMED] as const];
  });
}

function duplicateHeader(signer: SigningKey): Named {
  const { alg } = signer;
  const kid = JSON.stringify(signer.jwk.kid);
  return [
    `{"alg":"none","alg":"${alg}","kid":${kid}}`,
    `{"alg":"${alg}","alg":"none","kid":${kid}}`,
    `{"alg":"${alg}","kid":"x","kid":${kid}}`,
    `{"alg":"${alg}","kid":${kid},"\\u0061lg":"none"}`,
  ].map((header) => [header, token(signer, { header }), MALFORMED]);
}

function wrongClaims(signer: SigningKey): Named {
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ iss: 'https://evil.test/' }, 'token_issuer'],
    [{ iss: 'https://id.example.test/1' }, 'token_issuer'],
    [{ iss: ['https://id.example.test/'] }, 'token_claim_type'],
    [{ aud: 'evil' }, 'token_audience'],
    [{ aud: `${CLIENT}1` }, 'token_audience'],
    [{ aud: [] }, 'token_audience'],
    [{ aud: { [CLIENT]: true } }, 'token_claim_type'],
    [{ aud: [CLIENT, 'evil'] }, 'token_audience'],
    [{ aud: [CLIENT, 'evil'], azp: 'evil' }, 'token_azp'],
    [{ azp: 'evil' }, 'token_azp'],
    [{ sub: '' }, 'token_claim_type'],
    [{ sub: 1 }, 'token_claim_type'],
    [{ sub: null }, 'token_claim_type'],
    [{ sub: 's'.repeat(10_000) }, 'token_claim_type'],
    [{ exp: SECONDS - 360 }, 'token_expired'],
    [{ exp: 0 }, 'token_expired'],
    [{ exp: 1e308 }, 'token_claim_type'],
    [{ exp: 2 ** 53 }, 'token_claim_type'],
    [{ exp: String(SECONDS + 60) }, 'token_claim_type'],
    [{ iat: SECONDS + 86_400 }, 'token_iat'],
    [{ iat: SECONDS - 7 * 86_400 }, 'token_iat'],
    [{ iat: '0' }, 'token_claim_type'],
    [{ nbf: SECONDS + 3600 }, 'token_not_yet_valid'],
    [{ nbf: 'now' }, 'token_claim_type'],
    [{ nonce: 'another' }, 'token_nonce'],
    [{ nonce: undefined }, 'token_nonce'],
    [{ nonce: null }, 'token_nonce'],
    [{ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'token_at_hash'],
    [{ at_hash: null }, 'token_at_hash'],
  ];
  const changed: Named = cases.map(([more, code]) => [
    JSON.stringify(more).slice(0, 60),
    token(signer, { payload: claims({ nonce: 'n-1', ...more }) }),
    [code],
  ]);
  const missing: Named = ['iss', 'sub', 'aud', 'exp', 'iat'].map((name) => [
    `no ${name}`,
    token(signer, { payload: without(name) }),
    ['token_claim_missing'],
  ]);
  return [...changed, ...missing];
}

function payloadForm(signer: SigningKey, good: string): Named {
  const text = JSON.stringify(claims({ nonce: 'n-1' }));
  const twice = text.replace('"sub":"robin"', '"sub":"robin","sub":"admin"');
  const payloads = [
    'null',
    '[]',
    `[${text}]`,
    '"claims"',
    '1',
    'true',
    '',
    text.slice(0, -1),
    `${text}}`,
    twice,
    `${text} x`,
    good,
    Buffer.from([0x7b, 0xff, 0x7d]),
    '[['.repeat(10_000),
  ];
  return payloads.map((payload) => [String(payload).slice(0, 30), token(signer, { payload }), MALFORMED]);
}

function typeConfusion(signer: SigningKey): Named {
  const types = [
    'at+jwt',
    'application/at+jwt',
    'logout+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'JWE',
    'oauth-authz-req+jwt',
    'token-introspection+jwt',
    '',
    null,
    1,
    ['JWT', 'JWT'],
  ];
  const header: Named = types.map((typ) => [
    `typ ${JSON.stringify(typ)}`,
    token(signer, { header: { typ }, payload: claims({ nonce: 'n-1' }) }),
    ['token_type'],
  ]);
  const inside: Named = [
    { typ: 'Bearer' },
    { typ: 'Refresh' },
    { token_use: 'access' },
    { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
  ].map((more) => [
    `claims ${JSON.stringify(more).slice(0, 40)}`,
    token(signer, { payload: claims({ nonce: 'n-1', ...more }) }),
    ['token_type'],
  ]);
  return [...header, ...inside];
}

function nested(signer: SigningKey, good: string): Named {
  return [
    ['a token in a token', token(signer, { header: { cty: 'JWT' }, payload: good }), ['token_type']],
    ['without saying so', token(signer, { payload: good }), MALFORMED],
    ['claims that say they are a token', token(signer, { header: { cty: 'jwt' }, payload: claims({ nonce: 'n-1' }) }), ['token_type']],
    ['an unsigned one in it', token(signer, { payload: unsigned({ alg: 'none' }) }), MALFORMED],
  ];
}

const zipped = (signer: SigningKey): Named =>
  ['DEF', 'GZIP', null].map((zip) => [JSON.stringify(zip), token(signer, { header: { zip } }), MALFORMED]);

/** Encrypted with the public key, which anyone can do: some verifiers took that for proof. */
function encrypted({ key, jwk }: SigningKey, stranger: SigningKey): Named {
  if (typeof key === 'string' || jwk.kty !== 'RSA' || typeof stranger.key === 'string')
    return [['five parts', 'eyJhbGciOiJkaXIifQ..AA.AA.AA', ['token_encrypted']]];
  const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, Buffer.alloc(32)).toString('base64url');
  return [
    [
      'encrypted with the public key',
      `${segment({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: jwk.kid })}.${wrapped}.AAAA.AAAA.AAAA`,
      ['token_encrypted'],
    ],
  ];
}

/** Secrets from every list. */
function guessedSecret(signer: SigningKey): Named {
  if (typeof signer.key !== 'string') return [];
  return [
    '',
    'secret',
    'password',
    'your-256-bit-secret',
    'changeme',
    CLIENT,
    signer.key.slice(0, -1),
    `${signer.key}\n`,
    signer.key.toUpperCase(),
    Buffer.from(signer.key).toString('base64'),
  ].map((secret) => [`secret ${secret.slice(0, 12)}`, token({ ...signer, key: secret }), WRONG]);
}

function foreignKey(signer: SigningKey, stranger: SigningKey): Named {
  if (typeof signer.key === 'string') return [];
  return [
    ["a stranger's key under the right name", token(stranger), WRONG],
    ['a name that nobody published', token(stranger, { header: { kid: 'stranger' } }), UNKNOWN],
  ];
}

/** ES signatures as DER, which other protocols use. */
function derEncoded(signer: SigningKey): Named {
  if (!signer.alg.startsWith('ES') || typeof signer.key === 'string') return [];
  const input = `${segment({ alg: signer.alg, kid: signer.jwk.kid })}.${segment(claims({ nonce: 'n-1' }))}`;
  const raw = signature(signer.alg, signer.key, input);
  const integer = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0x02, bytes.length + 1, 0]), bytes]);
  const body = Buffer.concat([integer(raw.subarray(0, raw.length / 2)), integer(raw.subarray(raw.length / 2))]);
  return [['DER', `${input}.${segment(Buffer.concat([Buffer.from([0x30, body.length]), body]))}`, WRONG]];
}

/** The JSON serialisations of a JWS are not tokens. */
function jsonForm(good: string): Named {
  const [protectedHeader = '', payload = '', mac = ''] = good.split('.');
  return [
    ['flattened', JSON.stringify({ protected: protectedHeader, payload, signature: mac }), MALFORMED],
    ['general', JSON.stringify({ payload, signatures: [{ protected: protectedHeader, signature: mac }] }), MALFORMED],
  ];
}

/** Every family over one key. The tokens name the nonce `n-1`, where they get that far. */
export function forgedTokens(signer: SigningKey, seed: number): readonly Forged[] {
  const below = random(seed);
  const good = token(signer, { payload: claims({ nonce: 'n-1' }) });
  const stranger = typeof signer.key === 'string' ? signer : strangerFor(signer.alg);
  const families: Readonly<Record<string, Named>> = {
    'alg none': algNone(signer, good),
    'key confusion': keyConfusion(signer),
    'other algorithm': otherAlgorithm(signer),
    'header injection': headerInject(signer, stranger),
    'kid injection': kidInject(signer),
    crit: critical(signer),
    'psychic signature': psychic(signer, good),
    tampering: tamper(signer, good, below),
    truncation: truncated(good, below),
    format: format(good),
    'loose bits': loose(good),
    'duplicate header': duplicateHeader(signer),
    claims: wrongClaims(signer),
    'payload form': payloadForm(signer, good),
    'type confusion': typeConfusion(signer),
    nested: nested(signer, good),
    zip: zipped(signer),
    encrypted: encrypted(signer, stranger),
    'guessed secret': guessedSecret(signer),
    'foreign key': foreignKey(signer, stranger),
    'DER signature': derEncoded(signer),
    'JSON form': jsonForm(good),
  };
  return Object.entries(families).flatMap(([family, list]) => list.map(([what, text, codes]) => ({ family, what, token: text, codes })));
}
