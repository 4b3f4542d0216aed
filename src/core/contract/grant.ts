import type { Grant, GrantHost, Values } from '../contracts.ts';
import { isPadlockError, PadlockError } from '../errors.ts';
import { formOf } from '../form.ts';
import { realClock } from '../headless.ts';
import type { JsonObject } from '../json-value.ts';
import type { Form, TokenResponse } from '../messages.ts';
import { isLoopback } from '../url.ts';
import { broken, type Check, must, named, type Settled, settled, skip } from './check.ts';
import { frozen, optionalStrings, provider, request, valuesFor } from './samples.ts';

/** What a strategy might want a text to look like; tried in turn until one gets as far as the token endpoint. */
const CANDIDATES = [
  'sample-value',
  '123456',
  '1234',
  'robin@provider.example',
  'https://provider.example/callback',
  'https://127.0.0.1:8765/callback',
];

const TOKENS: TokenResponse = frozen({
  access_token: 'sample-access-token',
  token_type: 'Bearer',
  expires_in: 3600,
  scope: 'openid',
  x_unknown: { kept: true },
});
/** What the provider answers to anything else: enough for a device authorization (RFC 8628 §3.2). */
const ANSWER: JsonObject = {
  device_code: 'sample-device-code',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://provider.example/device',
  expires_in: 600,
  interval: 1,
  request_uri: 'urn:sample:request',
  auth_req_id: 'sample-auth-req-id',
};

/** Milliseconds that a second lasts here: nobody wants to wait, but what comes first has to come first. */
const SECOND = 10;

/** A browser whose user has signed in: it goes where the request says, with a code. */
async function comeBack(url: string): Promise<boolean> {
  const asked = new URL(url).searchParams;
  const back = new URL(asked.get('redirect_uri') ?? 'about:blank');
  if (back.protocol !== 'http:' || !isLoopback(back.hostname)) return false;
  back.searchParams.set('code', 'sample-code');
  back.searchParams.set('state', asked.get('state') ?? '');
  const { get } = await import('node:http');
  get(back, { agent: false }, (response) => response.resume()).on('error', () => {}); // what it did with the code is seen elsewhere
  return true;
}

type Exchange = GrantHost['exchange'];

interface Run {
  readonly end: Settled<TokenResponse>;
  readonly exchanges: readonly { readonly grantType: unknown; readonly form: unknown }[];
  readonly shown: readonly string[];
}

async function once(grant: Grant, text: string, exchange: Exchange, alone?: string): Promise<Run> {
  const values: Values = valuesFor(grant.options, text, alone);
  const exchanges: Run['exchanges'][number][] = [];
  const shown: string[] = [];
  const endings: Parameters<GrantHost['afterwards']>[0][] = [];
  const host: GrantHost = Object.freeze({
    provider,
    request,
    signal: new AbortController().signal,
    exchange(grantType: string, form: Form) {
      exchanges.push({ grantType, form });
      return exchange(grantType, form);
    },
    post: async () => ANSWER,
    authorizationUrl: (form) => `https://provider.example/authorize?${formOf(form).toString()}`,
    demand: () => {},
    afterwards: (tell) => void endings.push(tell),
    http: async () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode(JSON.stringify(ANSWER)),
    }),
    ask: async ({ choices }) => choices?.[0]?.value ?? text,
    show: (line) => void shown.push(line),
    warn: ({ message }) => void shown.push(message),
    browse: comeBack,
    now: () => 1_700_000_000_000,
    sleep: (seconds, signal) => realClock.sleep(seconds * SECOND, signal),
    fail(code, about) {
      throw new PadlockError(code, about);
    },
  } satisfies GrantHost);
  const end = await settled(() => grant.acquire(values, host));
  for (const tell of endings) await settled(async () => tell('error' in end ? named(end.error) : undefined));
  return { end, exchanges, shown };
}

/** A run that got as far as the token endpoint. */
async function reached(grant: Grant, exchange: Exchange): Promise<Run> {
  let last: Run | undefined;
  for (const alone of [undefined, ...optionalStrings(grant.options)])
    for (const text of CANDIDATES) {
      last = await once(grant, text, exchange, alone);
      if (last.exchanges.length > 0) return last;
      if ('error' in last.end && !isPadlockError(last.end.error)) broken(`it ended in ${named(last.end.error)}`);
    }
  return skip(
    last !== undefined && 'error' in last.end ? `it wants other values: ${named(last.end.error)}` : 'it never asked the token endpoint',
  );
}

/** Grants get a token from `exchange`, add nothing, and let its failures through. */
export const grantChecks: readonly Check<Grant>[] = [
  {
    name: 'returns what the token endpoint answered, whole',
    async run(grant) {
      const { end } = await reached(grant, async () => TOKENS);
      if ('error' in end) broken(`it ended in ${named(end.error)}; what it is given is frozen`);
      must(typeof end.value === 'object' && end.value !== null, 'it returned nothing');
      for (const [member, value] of Object.entries(TOKENS))
        must(JSON.stringify(end.value[member]) === JSON.stringify(value), `its answer lacks ${member}, or changed it`);
    },
  },
  {
    name: 'sends a grant type and texts',
    async run(grant) {
      const { exchanges } = await reached(grant, async () => TOKENS);
      for (const { grantType, form } of exchanges) {
        must(typeof grantType === 'string' && grantType !== '', 'exchange needs a grant type');
        must(typeof form === 'object' && form !== null, 'exchange needs a form');
        for (const [name, value] of Object.entries(form))
          must(value === undefined || [value].flat().every((one) => typeof one === 'string'), `the form's ${name} is not a text`);
        must(
          grant.grantType === undefined || grantType === grant.grantType,
          `it says that its grant type is ${grant.grantType} and sends another`,
        );
      }
    },
  },
  {
    name: 'lets a refusal of the token endpoint through with its code',
    async run(grant) {
      const { end } = await reached(grant, async () => {
        throw new PadlockError('client_unauthorized', { message: 'Refused.', oauthError: 'unauthorized_client', httpStatus: 400 });
      });
      if (!('error' in end)) broken('it returned something after a refusal');
      must(isPadlockError(end.error) && end.error.code === 'client_unauthorized', `client_unauthorized became ${named(end.error)}`);
    },
  },
  {
    name: 'ends when it is cancelled',
    async run(grant) {
      const reason = new PadlockError('cancelled', { message: 'Cancelled.' });
      const { end } = await reached(grant, async () => {
        throw reason;
      });
      must('error' in end && isPadlockError(end.error) && end.error.code === 'cancelled', 'it went on, or hid that it was cancelled');
    },
  },
  {
    name: 'keeps secrets out of its errors and out of what it shows',
    async run(grant) {
      const secrets = Object.entries(grant.options ?? {}).filter(([, { secret }]) => secret === true);
      if (secrets.length === 0) skip('it has no secrets');
      for (const text of ['canary-9f2c7d41', '999999']) {
        for (const code of ['auth_invalid_grant', 'client_unauthorized']) {
          for (const alone of [undefined, ...secrets.map(([key]) => key)]) {
            const refuse: Exchange = async () => {
              throw new PadlockError(code, { message: 'Refused.', oauthError: 'invalid_grant' });
            };
            const { end, shown } = await once(grant, text, refuse, alone);
            const told = isPadlockError('error' in end ? end.error : undefined) && 'error' in end ? JSON.stringify(end.error) : '';
            must(![told, ...shown].some((line) => line.includes(text)), 'a secret was in an error or in what it showed');
          }
        }
      }
    },
  },
  {
    name: 'says whether it applies, and names hosts as hosts',
    async run(grant) {
      const values: Values = valuesFor(grant.options, 'sample-value');
      const applies = grant.applies?.(values, provider) ?? true;
      must(applies === true || (typeof applies === 'object' && typeof applies.no === 'string'), 'applies must return true or { no: why }');
      const hosts = grant.hosts?.(values) ?? [];
      must(
        Array.isArray(hosts) && hosts.every((host) => typeof host === 'string' && /^[^/@\s]+$/.test(host)),
        'hosts must return names, without scheme and path',
      );
    },
  },
];
