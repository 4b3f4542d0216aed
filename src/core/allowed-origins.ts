/** Where a token may be taken by `fetch`. */
import { fail } from './errors.ts';
import { token } from './inject.ts';
import { checkUrl } from './url.ts';

/** Origins that may get a token, as `URL.origin` spells them. */
export type AllowedOrigins = ReadonlySet<string>;
export const AllowedOrigins = token<AllowedOrigins>('AllowedOrigins');

/** Checked origins. Throws `config_bad_url`, `config_insecure_url`. */
export function originsOf(listed: readonly string[]): AllowedOrigins {
  return new Set(
    listed.map((each) => {
      const url = checkUrl(each, 'An allowed origin');
      if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
        fail('config_bad_url', 'An allowed origin has a path, a query or a fragment.', { hint: `Write ${url.origin}.` });
      return url.origin;
    }),
  );
}
