/** The ways in which a TLS server cannot be trusted, for `listen: { tls }` of a row. */
import { type CertificateOptions, certificate } from '../../support/certificate.ts';
import type { Tls } from './provider.ts';

/** Its own authority: whoever trusts it sees what else is wrong with it. */
function own(options?: CertificateOptions): Tls {
  const pair = certificate(options);
  return { ...pair, authority: pair.cert };
}
export const selfSigned = (): Tls => own();
export const expired = (): Tls => own({ from: -48, until: -24 });
export const notYetValid = (): Tls => own({ from: 24, until: 48 });
export const wrongHost = (): Tls => own({ names: ['elsewhere.test'] });

/** Good for 127.0.0.1, or for a name, by an authority that can be trusted with `--ca-file`, or not. */
export function privateAuthority(...names: readonly string[]): Tls {
  const authority = certificate({ names: ['authority.test'] });
  return { ...certificate({ by: authority, ...(names.length > 0 && { names }) }), authority: authority.cert };
}

/** A server that speaks nothing newer than TLS 1.0. */
export const old = (): Tls => ({ ...selfSigned(), minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' });
