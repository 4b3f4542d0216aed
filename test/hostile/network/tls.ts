/** The ways in which a TLS server cannot be trusted, for `listen: { tls }` of a row. */
import { certificate } from '../../support/certificate.ts';
import type { Tls } from './provider.ts';

export function selfSigned(): Tls {
  const own = certificate();
  return { ...own, authority: own.cert };
}
export const expired = (): Tls => certificate({ from: -48, until: -24 });
export const notYetValid = (): Tls => certificate({ from: 24, until: 48 });
export const wrongHost = (): Tls => certificate({ names: ['elsewhere.test'] });

/** Good for 127.0.0.1, by an authority that can be trusted with `--ca-file`, or not. */
export function privateAuthority(): Tls {
  const authority = certificate({ names: ['authority.test'] });
  return { ...certificate({ by: authority }), authority: authority.cert };
}

/** A server that speaks nothing newer than TLS 1.0. */
export const old = (): Tls => ({ ...selfSigned(), minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' });
