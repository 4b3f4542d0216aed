/** What Node says when a request fails → the code it stands for. Nothing of Node's error is kept: it can hold bytes of the answer. */
import { type ErrorCode, isPadlockError, PadlockError } from './errors.ts';
import { sentence } from './http-answers.ts';

interface Failure {
  readonly code?: unknown;
  readonly errors?: readonly unknown[];
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'net_dns',
  ETIMEDOUT: 'net_timeout',
  ECONNRESET: 'net_reset',
  EPIPE: 'net_reset',
  ERR_STREAM_PREMATURE_CLOSE: 'net_reset',
  EPROTO: 'net_tls',
  HOSTNAME_MISMATCH: 'net_tls',
  INVALID_CA: 'net_tls',
  INVALID_PURPOSE: 'net_tls',
  PATH_LENGTH_EXCEEDED: 'net_tls',
  HPE_HEADER_OVERFLOW: 'proto_too_large',
  // a body that ends in the middle of its compression; any other decoder error is a lie about the encoding
  Z_BUF_ERROR: 'net_reset',
};

const PREFIXES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^EAI_/, 'net_dns'],
  [/^(ERR_(TLS|SSL|OSSL)_|CERT_|UNABLE_TO_|.*SELF_SIGNED|ERROR_IN_|CRL_)/, 'net_tls'],
  [/^HPE_/, 'net_reset'],
  [/^(Z_|ERR__|ERR_BROTLI|ERR_ZLIB)/, 'proto_content_type'],
  [/^ERR_/, 'internal'],
];

const SAYS: Partial<Record<ErrorCode, string>> = {
  net_dns: 'the name could not be resolved',
  net_connect: 'no connection',
  net_timeout: 'no answer in time',
  net_reset: 'the connection broke before the answer was complete',
  net_tls: 'the TLS connection could not be trusted or made',
  proto_too_large: 'the header of the answer is too large',
  proto_content_type: 'the body is not compressed as the answer says',
};

/** The system's code for a failure; of several attempts (IPv4 and IPv6) that of the last, which had the most time. */
function systemCode(error: unknown): string {
  const { code, errors } = (typeof error === 'object' && error !== null ? error : {}) as Failure;
  if (errors !== undefined && errors.length > 0) return systemCode(errors.at(-1));
  return typeof code === 'string' ? code : 'unknown';
}

/** Node's error as Padlock's. The message names the host and the purpose, and nothing that was sent or received. */
export function networkError(error: unknown, host: string, purpose: string): PadlockError {
  if (isPadlockError(error)) return error;
  const reason = systemCode(error);
  const code = CODES[reason] ?? PREFIXES.find(([pattern]) => pattern.test(reason))?.[1] ?? 'net_connect';
  const message = `${sentence(purpose)} at ${host}: ${SAYS[code] ?? 'the request could not be made'} (${reason}).`;
  return new PadlockError(code, { message });
}
