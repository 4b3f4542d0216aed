import { generateKeyPairSync } from 'node:crypto';
import type { ClientAuth, ClientAuthRequest, Values } from '../contracts.ts';
import { isPadlockError } from '../errors.ts';
import type { JsonObject } from '../json-value.ts';
import { broken, type Check, must, named, settled, skip } from './check.ts';
import { provider, SECRET, valuesFor } from './samples.ts';

const FORM: readonly (readonly [string, string])[] = [
  ['grant_type', 'password'],
  ['scope', 'openid profile'],
  ['resource', 'https://a.example'],
  ['resource', 'https://b.example'],
  ['username', 'röbin&x=1'],
];
const HEADERS: readonly (readonly [string, string])[] = [
  ['accept', 'application/json'],
  ['content-type', 'application/x-www-form-urlencoded'],
];

const given = (): Pick<ClientAuthRequest, 'form' | 'headers'> => ({
  form: new URLSearchParams(FORM.map(([name, value]): [string, string] => [name, value])),
  headers: new Map(HEADERS),
});

/** What a user has to give, and what is secret; a key where that is what it has to be. */
function valuesOf({ options = {} }: ClientAuth): Values {
  const needed = Object.entries(options).filter(([, option]) => option.required || option.secret || option.default !== undefined);
  const values = valuesFor(Object.fromEntries(needed), SECRET);
  if (options.privateKey === undefined) return values;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...values, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }), clientCertificate: undefined };
}

/** The request after the client has authenticated. */
async function authenticated(auth: ClientAuth): Promise<Pick<ClientAuthRequest, 'form' | 'headers'>> {
  const request = given();
  const values = valuesOf(auth);
  const end = await settled(() =>
    auth.authenticate(values, Object.freeze({ ...request, provider, url: 'https://provider.example/token', now: Date.now() })),
  );
  if ('error' in end) {
    if (isPadlockError(end.error) && /^(usage|config)_/.test(end.error.code)) skip(`it wants other values: ${named(end.error)}`);
    broken(`it ended in ${named(end.error)}`);
  }
  return request;
}

/** User and password of HTTP Basic as RFC 6749 §2.3.1 wants them: form-encoded before base64. */
function basic(header: string): readonly [string, string] {
  const [user, secret] = atob(header.replace(/^Basic /i, ''))
    .split(':')
    .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
  return [user ?? '', secret ?? ''];
}

const claimsOf = (assertion: string): JsonObject =>
  JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()) as JsonObject;

/** An assertion that was signed here: about this client, and for one request (RFC 7523 §3). */
async function mustBeItsOwn(assertion: string, auth: ClientAuth): Promise<void> {
  const { iss, sub, aud, exp, jti } = claimsOf(assertion);
  must(iss === provider.clientId && sub === provider.clientId, 'iss and sub of the assertion are not the client');
  must(typeof aud === 'string' && aud.startsWith(provider.issuer), 'the assertion is not for the provider (aud)');
  must(typeof exp === 'number' && exp * 1000 < Date.now() + 600_000, 'the assertion is good for longer than a request needs (exp)');
  const next = (await authenticated(auth)).form.get('client_assertion') ?? '';
  must(jti !== undefined && claimsOf(next).jti !== jti, 'two assertions have the same jti');
}

/** Client authentication adds one proof to a request and leaves the rest alone. */
export const clientAuthChecks: readonly Check<ClientAuth>[] = [
  {
    name: 'says whether it applies',
    async run(auth) {
      for (const values of [
        valuesFor(auth.options, SECRET),
        Object.fromEntries(Object.keys(auth.options ?? {}).map((key) => [key, undefined])),
      ]) {
        const applies = auth.applies(values, provider);
        must(
          applies === true || (typeof applies === 'object' && typeof applies?.no === 'string'),
          'applies must return true or { no: why }',
        );
      }
    },
  },
  {
    name: 'adds one way of authentication, not several',
    async run(auth) {
      const { form, headers } = await authenticated(auth);
      const ways = [headers.has('authorization'), form.has('client_secret'), form.has('client_assertion')].filter(Boolean).length;
      must(ways <= 1, 'a request with two proofs is refused (RFC 6749 §2.3)');
      must(ways === 1 || form.get('client_id') === provider.clientId, 'the request does not say which client it is from');
    },
  },
  {
    name: 'leaves the form and the headers as they were',
    async run(auth) {
      const { form, headers } = await authenticated(auth);
      const kept = [...form].filter(([name]) => FORM.some(([known]) => known === name));
      must(JSON.stringify(kept) === JSON.stringify(FORM), 'a member of the form is gone, changed or added to');
      for (const [name, value] of HEADERS) must(headers.get(name) === value, `the header ${name} was changed`);
      for (const [name, value] of headers)
        must(
          name === name.toLowerCase() && typeof value === 'string' && /^[\t\x20-\x7e]*$/.test(value),
          'a header must have a lower-case name and an ASCII value',
        );
    },
  },
  {
    name: 'carries a client id and a secret of any characters',
    async run(auth) {
      const { form, headers } = await authenticated(auth);
      const header = headers.get('authorization') ?? '';
      const id = form.get('client_id');
      must(
        id === null || (id === provider.clientId && form.getAll('client_id').length === 1),
        'client_id is not the client’s, or is there twice',
      );
      if (/^Basic /i.test(header)) {
        const [user, secret] = basic(header);
        must(user === provider.clientId && secret === SECRET, 'client id or secret arrive changed');
      } else if (form.has('client_secret')) {
        must(form.get('client_secret') === SECRET && form.getAll('client_secret').length === 1, 'the secret arrives changed');
      } else if (form.has('client_assertion')) {
        must(form.has('client_assertion_type'), 'the assertion does not say of which type it is (RFC 7521 §4.2)');
        must(form.getAll('client_assertion').length === 1, 'there are two assertions');
        const assertion = form.get('client_assertion') ?? '';
        if (assertion !== SECRET) await mustBeItsOwn(assertion, auth);
      } else skip('it sends no secret');
    },
  },
];
