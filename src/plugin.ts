/** The types a plugin is written against. There is nothing here at run time: a plugin needs nothing from Padlock to run. */
export type {
  Applicable,
  ClientAuth as ClientAuthStrategy,
  ClientAuthRequest,
  Formatter as FormatterStrategy,
  Grant as GrantStrategy,
  GrantHost,
  Guide,
  Plugin,
  Source as SourceStrategy,
  SourceHost,
  Strategy,
  Style,
  Verifier as VerifierStrategy,
} from './core/contracts.ts';
export type { About, ErrorCode } from './core/errors.ts';
export type { JsonObject, JsonValue } from './core/json-value.ts';
export type { Demands, Form, Metadata, ProviderInfo, Request, SendOptions, TokenResponse } from './core/messages.ts';
export type { Option, Options } from './core/options.ts';
export type { Proof, VerifierHost } from './core/verifier-host.ts';
export type { View } from './core/view.ts';
