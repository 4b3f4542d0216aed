/** What strategies are given while they are checked: values for any options, a provider, and hostile text. Everything is frozen. */
import type { ProviderInfo, Request } from '../messages.ts';
import type { Option, Options, OptionValue } from '../options.ts';

/** Freezes a value and what it holds; `__proto__` members are data. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const key of Reflect.ownKeys(value)) frozen((value as Record<PropertyKey, unknown>)[key]);
  return Object.freeze(value);
}

/** Long enough for every HMAC, nobody's first guess, and full of characters that some encoding minds. */
export const SECRET = `k7Rw2%40pVx9:Qe_Lm4+Zt8&Yb1=Nc6 "Hd3"/Jf5~Gs0\\Aa!*'()uWoEi€😀TrXy`;

export const provider: ProviderInfo = frozen({
  issuer: 'https://provider.example/',
  clientId: 'padlock:check/1',
  metadata: {
    issuer: 'https://provider.example/',
    token_endpoint: 'https://provider.example/token',
    jwks_uri: 'https://provider.example/jwks',
    device_authorization_endpoint: 'https://provider.example/device',
    authorization_endpoint: 'https://provider.example/authorize',
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  },
});

export const request: Request = frozen({ scope: ['openid', 'profile'], audience: 'https://api.example', resource: [], params: {} });

function sample(option: Option, text: string): OptionValue {
  switch (option.type) {
    case 'string':
      return option.choices?.[0] ?? text;
    case 'number':
      return option.minimum ?? 1;
    case 'boolean':
      return true;
    case 'list':
      return [text];
    case 'map':
      return { key: text };
  }
}

/** Options that one call need not give. */
export const optionalStrings = (options: Options | undefined): readonly string[] =>
  Object.entries(options ?? {}).flatMap(([key, { required, type }]) => (type === 'string' && required !== true ? [key] : []));

/**
 * A value for each option that needs one, and for every string: `text`, unless it has a default or choices. Of those that need none, `alone`
 * is the only one with a value: some exclude each other.
 */
export function valuesFor(options: Options | undefined, text: string, alone?: string): Readonly<Record<string, OptionValue | undefined>> {
  const given = ([key, option]: [string, Option]) => {
    const wanted = option.required === true || (option.type === 'string' && (alone === undefined || alone === key));
    return [key, option.default ?? (wanted ? sample(option, text) : undefined)] as const;
  };
  return frozen(Object.fromEntries(Object.entries(options ?? {}).map(given)));
}

/** Text that would move a cursor, colour a terminal, write its clipboard, reorder a line, hide, or end a line. */
export const HOSTILE_TEXT =
  'a\u001b[2J\u001b]52;c;cm0=\u0007\u001b]8;;https://evil.example\u0007b\u009b1m\u0085c\u202ed\u2066e\u200bf\u2028g\r\nh\0\u007f i: #"\'\\ 山👨‍👩‍👧 e\u0301 \ud800';
