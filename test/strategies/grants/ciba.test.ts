import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/core/json-value.ts';
import { ciba } from '../../../src/strategies/grants/ciba.ts';
import { grantScene, oauth, TOKENS } from './host.ts';

const GRANT = 'urn:openid:params:grant-type:ciba';
const ENDPOINT = 'backchannel_authentication_endpoint';
const ANSWER = { auth_req_id: 'id-1', expires_in: 120, interval: 2 };
const NOBODY = {
  loginHint: undefined,
  loginHintToken: undefined,
  idTokenHint: undefined,
  bindingMessage: undefined,
  userCode: undefined,
  requestedExpiry: undefined,
};
const ROBIN = { ...NOBODY, loginHint: 'robin@percy.test' };
const pending = oauth('authorization_pending');
const scene = (change: Record<string, unknown> = {}, more: Parameters<typeof grantScene>[0] = {}) =>
  grantScene({ answer: { ...ANSWER, ...change } as JsonObject, ...more });

describe('the ciba flow', () => {
  test('asks on the back channel, then for the token until the user has confirmed', async () => {
    const { host, sent } = scene({}, { tokens: [pending, oauth('slow_down'), TOKENS] });
    await expect(ciba.acquire({ ...ROBIN, bindingMessage: 'W4SCT', userCode: '1234', requestedExpiry: 90 }, host)).resolves.toBe(TOKENS);
    const asked = { to: GRANT, form: { auth_req_id: 'id-1' }, options: { asked: false } };
    expect(sent).toEqual([
      {
        at: 0,
        to: ENDPOINT,
        form: { login_hint: 'robin@percy.test', binding_message: 'W4SCT', user_code: '1234', requested_expiry: '90' },
        options: undefined,
      },
      { at: 2, ...asked },
      { at: 4, ...asked },
      { at: 11, ...asked },
    ]);
  });

  test.each([
    [{ loginHintToken: 'hint-token' }, { login_hint_token: 'hint-token' }],
    [{ idTokenHint: 'id-token' }, { id_token_hint: 'id-token' }],
  ])('can be told otherwise who signs in: %j', async (values, form) => {
    const { host, sent } = scene();
    await ciba.acquire({ ...NOBODY, ...values }, host);
    expect(JSON.parse(JSON.stringify(sent[0]?.form))).toEqual(form);
  });

  test.each([
    ['nobody', NOBODY, 'usage_missing_option'],
    ['two', { ...ROBIN, idTokenHint: 'x' }, 'usage_conflict'],
    ['three', { ...ROBIN, idTokenHint: 'x', loginHintToken: 'y' }, 'usage_conflict'],
  ])('asks nothing when %s of the hints says who signs in', async (_, values, code) => {
    const { host, sent } = scene();
    await expect(ciba.acquire(values, host)).rejects.toMatchObject({ code, exit: 2, message: expect.not.stringContaining('robin') });
    expect(sent).toEqual([]);
  });

  test('tells the user to look at the device, and what it shows', async () => {
    const with_ = scene();
    await ciba.acquire({ ...ROBIN, bindingMessage: 'W4SCT' }, with_.host);
    expect(with_.shown).toEqual(['Confirm the sign-in on your device, where it shows: W4SCT']);
    expect(with_.events).toEqual([{ action: 'ciba', binding_message: 'W4SCT', expires_at: '2026-11-23T12:02:00Z' }]);
    const without = scene();
    await ciba.acquire(ROBIN, without.host);
    expect(without.shown).toEqual(['Confirm the sign-in on your device']);
    expect(without.events).toEqual([{ action: 'ciba', expires_at: '2026-11-23T12:02:00Z' }]);
  });

  test.each<[string, Error]>([
    ['refused', oauth('access_denied')],
    ['expired', oauth('expired_token', 'auth_expired')],
    ['a transaction that failed', oauth('transaction_failed')],
  ])('ends at once when it is %s', async (_, refusal) => {
    const { host, sent } = scene({}, { tokens: [refusal] });
    await expect(ciba.acquire(ROBIN, host)).rejects.toBe(refusal);
    expect(sent).toHaveLength(2);
  });

  test.each<[string, Record<string, unknown>]>([
    ['no auth_req_id', { auth_req_id: undefined }],
    ['an empty auth_req_id', { auth_req_id: '' }],
    ['an auth_req_id that is no text', { auth_req_id: 7 }],
    ['no expires_in', { expires_in: undefined }],
    ['an interval that is none', { interval: 'soon' }],
  ])('does not wait for %s', async (_, change) => {
    const { host, sent, shown } = scene(change);
    await expect(ciba.acquire(ROBIN, host)).rejects.toMatchObject({ code: 'proto_bad_shape' });
    expect([shown, sent.length]).toEqual([[], 1]);
  });

  test('applies where the provider can be polled', () => {
    const at = (metadata: object) => ciba.applies({}, { issuer: 'x', clientId: 'x', metadata: { issuer: 'x', ...metadata } });
    const endpoint = { [ENDPOINT]: 'https://id.test/bc' };
    expect(at(endpoint)).toBe(true);
    expect(at({ ...endpoint, backchannel_token_delivery_modes_supported: ['ping', 'poll'] })).toBe(true);
    expect(at({ ...endpoint, backchannel_token_delivery_modes_supported: ['push'] })).toEqual({ no: expect.stringContaining('polled') });
    expect(at({})).toEqual({ no: expect.stringContaining('backchannel authentication endpoint') });
  });
});
