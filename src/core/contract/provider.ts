import type { ProviderPreset } from '../contracts.ts';
import { isPadlockError } from '../errors.ts';
import { issuerUrl } from '../issuer-url.ts';
import { type Option, readOption } from '../options.ts';
import type { Refusal } from '../preset.ts';
import { isReason } from '../reasons.ts';
import { isVisible } from '../text.ts';
import { broken, type Check, must, named, settled } from './check.ts';
import { HOSTILE_TEXT } from './samples.ts';

const PARAMETER = /\{(\w+)\}/g;
/** What would turn a host or a path into another one. */
const INJECTIONS = [
  'evil.example/',
  'evil.example#',
  'a@evil.example',
  '../x',
  '..',
  '.',
  'a/b',
  'a\\b',
  'x?y',
  'a b',
  'a%2fb',
  '',
  'a\nb',
  'ä',
];
const PLACE = { name: 'the value', kind: 'usage' } as const;

const SECRET = 'canary-9f2c7d41';
const refusal = (error: string | undefined, grantType: string, more: Partial<Refusal> = {}): Refusal => ({
  status: 400,
  error,
  body: {
    ...(error !== undefined && { error }),
    error_description: HOSTILE_TEXT + SECRET,
    error_codes: [50126, 1, HOSTILE_TEXT],
    mfa_token: SECRET,
  },
  form: { grant_type: grantType, redirect_uri: 'http://127.0.0.1:8765/callback' },
  ...more,
});
const ERRORS = [
  undefined,
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'invalid_request',
  'invalid_scope',
  'access_denied',
  'mfa_required',
  'interaction_required',
  'too_many_attempts',
  'server_error',
  '__proto__',
  'constructor',
  HOSTILE_TEXT,
];
const GRANTS = ['password', 'client_credentials', 'authorization_code', 'refresh_token', '__proto__'];

const optionOf = ({ options = {} }: ProviderPreset, name: string): Option | undefined =>
  Object.hasOwn(options, name) ? options[name] : undefined;

function isRefused(option: Option, value: string): boolean {
  try {
    readOption(option, value, PLACE);
    return false;
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    return true;
  }
}

/** Presets build an issuer that nobody can bend, spell it otherwise only literally, and explain refusals in words of their own. */
export const providerChecks: readonly Check<ProviderPreset>[] = [
  {
    name: 'builds issuers of options that are a host name or a segment of a path',
    async run(preset) {
      for (const template of preset.issuers) {
        for (const [, name = ''] of template.matchAll(PARAMETER)) {
          if (name === 'issuer') must(template.startsWith('{issuer}/'), `${template}: {issuer} can only be what it starts from`);
          else must(optionOf(preset, name)?.form !== undefined, `${template}: there is no option ${name} with a form`);
        }
        const sample = template.replace('{issuer}', 'https://id.example').replace(PARAMETER, 'sample');
        const end = await settled(() => issuerUrl(sample, { name: template, kind: 'usage' }));
        if ('error' in end) broken(`${template}: ${named(end.error)}`);
      }
    },
  },
  {
    name: 'has no parameter that could lead elsewhere',
    async run(preset) {
      for (const name of new Set(preset.issuers.flatMap((template) => [...template.matchAll(PARAMETER)].map(([, one = '']) => one)))) {
        const option = optionOf(preset, name);
        const taken = option === undefined ? [] : INJECTIONS.filter((value) => !isRefused(option, value));
        must(taken.length === 0, `${name} takes ${JSON.stringify(taken[0])}`);
      }
    },
  },
  {
    name: 'spells an issuer otherwise only on its own host, and leaves nothing open but the tenant',
    async run({ spellings = {} }) {
      for (const [issuer, spelling] of Object.entries(spellings)) {
        const { host } = new URL(issuer);
        const other = spelling.includes('://') ? spelling : `https://${spelling}`;
        must(new URL(other.replace('{tenantid}', 'tenant')).host === host, `${spelling} is another host than ${issuer}`);
        must(!/[{}*]/.test(spelling.replace('/{tenantid}/', '/tenant/')), `${spelling} leaves open more than a tenant`);
      }
    },
  },
  {
    name: 'explains any refusal in words of its own',
    async run(preset) {
      for (const error of ERRORS) {
        for (const grantType of GRANTS) {
          const end = await settled(() => preset.explain?.(Object.freeze(refusal(error, grantType))));
          if ('error' in end) broken(`explaining ${named(end.error)}`);
          const { hint, reason } = end.value ?? {};
          must(reason === undefined || isReason(reason), `there is no reason ${String(reason)}`);
          must(hint === undefined || (typeof hint === 'string' && hint !== '' && isVisible(hint)), 'a hint is not a plain text');
          must(hint === undefined || !hint.includes(SECRET), 'a hint repeats what the server said');
        }
      }
    },
  },
];
