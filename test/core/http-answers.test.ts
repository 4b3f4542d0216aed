import { describe, expect, test } from '@jest/globals';
import { isPadlockError } from '../../src/core/errors.ts';
import { jsonOf, retryAfter } from '../../src/core/http-answers.ts';
import { networkError } from '../../src/core/http-errors.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const EPOCH = NOW / 1000;

describe('retryAfter', () => {
  test.each([
    [{}, undefined],
    [{ 'retry-after': '2' }, 2],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '999999999999' }, 86_400],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '2 s' }, undefined],
    [{ 'x-ratelimit-reset': `1${EPOCH + 7}` }, undefined],
    [{ 'x-ratelimit-reset': `${EPOCH + 7}0` }, undefined],
    [{ 'x-ratelimit-reset': `${EPOCH + 7}.5` }, undefined],
    [{ 'retry-after': 'Mon, 23 Nov 2026 10:00:30 GMT' }, 30],
    [{ 'retry-after': 'Mon, 23 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'x-ratelimit-reset': `${EPOCH + 7}` }, 7],
    [{ 'x-rate-limit-reset': `${EPOCH - 7}` }, 0],
    [{ 'x-ratelimit-reset': '60' }, undefined],
    [{ 'retry-after': '3', 'x-ratelimit-reset': `${EPOCH + 7}` }, 3],
    [{ 'retry-after': 'soon', 'x-ratelimit-reset': `${EPOCH + 7}` }, 7],
  ])('%j is %s', (headers, seconds) => {
    expect(retryAfter(headers as Record<string, string>, NOW)).toBe(seconds);
  });
});

describe('jsonOf', () => {
  const read = (status: number, body = '{"a":1}', headers: Record<string, string> = { 'content-type': 'application/json' }) => {
    try {
      return jsonOf({ status, headers, body: new TextEncoder().encode(body) }, 'the key set', NOW);
    } catch (error) {
      return isPadlockError(error) ? error.code : error;
    }
  };

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    ' application/json ; charset=utf-8',
    'application/jwk-set+json',
    'application/problem+json;x=y',
  ])('reads %s', (type) => {
    expect(read(200, '{"a":1}', { 'content-type': type })).toEqual({ a: 1 });
  });

  test.each([
    [300, 'proto_redirect'],
    [301, 'proto_redirect'],
    [307, 'proto_redirect'],
    [304, 'proto_redirect'],
    [429, 'idp_rate_limited'],
    [500, 'idp_unavailable'],
    [502, 'idp_unavailable'],
    [599, 'idp_unavailable'],
    [201, 'proto_status'],
    [204, 'proto_status'],
    [400, 'proto_status'],
    [404, 'proto_status'],
  ])('refuses status %d as %s, whatever the body', (status, code) => {
    expect(read(status)).toBe(code);
    expect(read(status, '<html>')).toBe(code);
  });

  test.each([
    ['HTML', '<html></html>', 'text/html', 'proto_not_json'],
    ['HTML that says it is JSON', '<html></html>', 'application/json', 'proto_not_json'],
    ['nothing', '', 'application/json', 'proto_not_json'],
    ['JSON that says it is HTML', '{}', 'text/html', 'proto_content_type'],
    ['JSON that says it is a type of its own', '{}', 'application/json5', 'proto_content_type'],
    ['JSON of another kind', '{}', 'x-application/a+json', 'proto_content_type'],
    ['JSON lines', '{}', 'application/a+jsonl', 'proto_content_type'],
    ['JSON without a type', '{}', '', 'proto_content_type'],
    ['a list', '[]', 'application/json', 'proto_bad_shape'],
    ['null', 'null', 'application/json', 'proto_bad_shape'],
    ['a text', '"x"', 'application/json', 'proto_bad_shape'],
    ['a member twice', '{"a":1,"a":2}', 'application/json', 'proto_duplicate_key'],
  ])('refuses %s', (_name, body, type, code) => {
    expect(read(200, body, { 'content-type': type })).toBe(code);
  });

  test('tells the status of what it refuses', () => {
    const at = (status: number, type: string) => () =>
      jsonOf({ status, headers: { 'content-type': type }, body: new TextEncoder().encode('{}') }, 'the key set', NOW);
    for (const status of [302, 404]) expect(at(status, 'application/json')).toThrow(expect.objectContaining({ httpStatus: status }));
    expect(at(200, 'text/html')).toThrow(expect.objectContaining({ httpStatus: 200 }));
  });

  test('tells what a program needs to wait', () => {
    const headers = { 'retry-after': '9' };
    expect(() => jsonOf({ status: 429, headers, body: new Uint8Array() }, 'the key set', NOW)).toThrow(
      expect.objectContaining({ httpStatus: 429, retryAfter: 9, retryable: true, message: 'The key set answered with status 429.' }),
    );
  });
});

describe('networkError', () => {
  test.each([
    ['ENOTFOUND', 'net_dns'],
    ['EAI_AGAIN', 'net_dns'],
    ['EAI_FAIL', 'net_dns'],
    ['ECONNREFUSED', 'net_connect'],
    ['EHOSTUNREACH', 'net_connect'],
    ['ENETUNREACH', 'net_connect'],
    ['EMFILE', 'net_connect'],
    ['ETIMEDOUT', 'net_timeout'],
    ['ECONNRESET', 'net_reset'],
    ['EPIPE', 'net_reset'],
    ['HPE_INVALID_CONSTANT', 'net_reset'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'net_tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'net_tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'net_tls'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'net_tls'],
    ['CERT_HAS_EXPIRED', 'net_tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'net_tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'net_tls'],
    ['EPROTO', 'net_tls'],
    ['ERR_INVALID_CHAR', 'internal'],
    ['HPE_HEADER_OVERFLOW', 'proto_too_large'],
    ['Z_DATA_ERROR', 'proto_content_type'],
    ['XEAI_AGAIN', 'net_connect'],
    ['XCERT_HAS_EXPIRED', 'net_connect'],
    ['XHPE_X', 'net_connect'],
    ['XZ_DATA_ERROR', 'net_connect'],
    ['XERR_X', 'net_connect'],
  ])('%s is %s', (reason, code) => {
    const error = networkError(Object.assign(new Error('SECRET'), { code: reason, rawPacket: 'SECRET' }), 'idp.test', 'the key set');
    expect(error.code).toBe(code);
    expect(error.message).toMatch(new RegExp(`^The key set at idp\\.test: .*\\(${reason}\\)\\.$`));
    expect(error.cause).toBeUndefined();
  });

  test('of several attempts tells the last', () => {
    const attempts = ['ETIMEDOUT', 'ECONNREFUSED'].map((code) => Object.assign(new Error(), { code }));
    expect(networkError(Object.assign(new AggregateError(attempts), { code: 'ETIMEDOUT' }), 'h', 'p').code).toBe('net_connect');
  });

  test.each([
    ['ENOTFOUND', 'the name could not be resolved'],
    ['ECONNREFUSED', 'no connection'],
    ['ETIMEDOUT', 'no answer in time'],
    ['ECONNRESET', 'the connection broke before the answer was complete'],
    ['EPROTO', 'the TLS connection could not be trusted or made'],
    ['HPE_HEADER_OVERFLOW', 'the header of the answer is too large'],
    ['Z_DATA_ERROR', 'the body is not compressed as the answer says'],
    ['ERR_INVALID_CHAR', 'the request could not be made'],
  ])('says in words what %s is', (code, words) => {
    expect(networkError({ code }, 'idp.test', 'the key set').message).toBe(`The key set at idp.test: ${words} (${code}).`);
  });

  test('has no code to tell where Node gives none', () => {
    for (const thrown of [{ code: 7 }, { errors: [] }]) expect(networkError(thrown, 'h', 'p').message).toContain('(unknown)');
    expect(networkError({ code: 'ETIMEDOUT', errors: [] }, 'h', 'p').code).toBe('net_timeout');
    const attempts = ['EPROTO', 'ECONNREFUSED', 'ENOTFOUND'].map((code) => ({ code }));
    expect(networkError({ errors: attempts }, 'h', 'p').code).toBe('net_dns');
  });

  test.each([null, undefined, 'text', {}, new Error('x')])('makes %p an error too', (thrown) => {
    expect(networkError(thrown, 'h', 'p').code).toBe('net_connect');
  });
});
