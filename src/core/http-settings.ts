import { token } from './inject.ts';

/** What a user can set about requests. */
export interface HttpSettings {
  /** Seconds for a whole request: connection, header, body and a possible second try. Default: 30. */
  readonly timeout?: number | undefined;
  /** PEM certificates of authorities that are trusted besides the usual ones. */
  readonly ca?: string | undefined;
  /** Bytes of a body, after decompression. Default: 1 MiB. */
  readonly maxBytes?: number | undefined;
}
export const HttpSettings = token<HttpSettings>('HttpSettings');
