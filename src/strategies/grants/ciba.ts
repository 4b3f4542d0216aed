import type { Grant, GrantHost, Recorded } from '../../core/contracts.ts';
import { fail } from '../../core/errors.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const GRANT = 'urn:openid:params:grant-type:ciba';
const ENDPOINT = 'backchannel_authentication_endpoint';

const options = defineOptions({
  loginHint: { type: 'string', summary: 'who is about to sign in, for the login page', placeholder: 'USER' },
  loginHintToken: { type: 'string', summary: 'who signs in, as a token of the provider', secret: true },
  idTokenHint: { type: 'string', summary: 'who signs in, as an earlier ID token', secret: true },
  bindingMessage: { type: 'string', summary: "what the user's device shows, to tell this sign-in from others", placeholder: 'TEXT' },
  userCode: { type: 'string', summary: 'the code that the user lets sign-ins begin with', secret: true },
  requestedExpiry: {
    type: 'number',
    summary: 'how long the user may take',
    placeholder: 'SECONDS',
    minimum: 1,
    maximum: 86_400,
    integer: true,
  },
});
type Given = ValuesOf<typeof options>;

/** Client-initiated backchannel authentication (OpenID CIBA Core 1.0), poll mode: the user confirms on a device that the provider knows. */
export const ciba = {
  kind: 'grant',
  name: 'ciba',
  summary: "a confirmation on the user's own device",
  guide: {
    use: 'somebody else has to confirm, on a device that the provider knows: a call centre, a till, an approval by phone',
    avoid: 'for signing in yourself: nothing shows who asks but the binding message',
    needs: 'a confidential client registered for CIBA in poll mode, and something that says who the user is',
  },
  grantType: GRANT,
  interactive: true,
  oneOf: ['loginHint', 'loginHintToken', 'idTokenHint'],
  options,
  applies(_values, { metadata }) {
    if (metadata[ENDPOINT] === undefined) return { no: 'the provider has no backchannel authentication endpoint' };
    const modes = metadata.backchannel_token_delivery_modes_supported;
    return !Array.isArray(modes) || modes.includes('poll') || { no: 'the provider cannot be polled' };
  },
  async acquire(values: Given, host) {
    const { bindingMessage, requestedExpiry, userCode } = values;
    const answer = await host.post(ENDPOINT, {
      ...hintOf(values, host),
      binding_message: bindingMessage,
      user_code: userCode,
      requested_expiry: requestedExpiry === undefined ? undefined : String(requestedExpiry),
    });
    const { auth_req_id: id } = answer;
    if (typeof id !== 'string' || id === '') fail('proto_bad_shape', 'The backchannel authentication has no auth_req_id.'); // check: auth_req_id
    const { endOf, poll, readPace } = await import('../../core/polling.ts');
    const pace = readPace({ interval: answer.interval, expiresIn: answer.expires_in });
    const shown = bindingMessage === undefined ? '' : `, where it shows: ${bindingMessage}`;
    host.show(`Confirm the sign-in on your device${shown}`, {
      action: 'ciba',
      ...(bindingMessage !== undefined && { binding_message: bindingMessage }),
      expires_at: endOf(pace, host.now()),
    });
    const form = { auth_req_id: id };
    return poll(() => host.exchange(GRANT, form, { asked: false }), pace, host);
  },
} satisfies Recorded<Grant>;

/** Who signs in: one hint and no more (§7.1). */
function hintOf({ idTokenHint, loginHint, loginHintToken }: Given, host: GrantHost): Readonly<Record<string, string>> {
  const hints = Object.entries({ login_hint: loginHint, login_hint_token: loginHintToken, id_token_hint: idTokenHint });
  const given = hints.filter((hint): hint is [string, string] => hint[1] !== undefined);
  const names = '--login-hint, --login-hint-token-file or --id-token-hint-file';
  if (given.length > 1) host.fail('usage_conflict', { message: `Only one of ${names} can say who signs in.` });
  if (given.length === 0)
    host.fail('usage_missing_option', { message: 'Nobody said who signs in.', hint: `For the ciba flow, give ${names}.` });
  return Object.fromEntries(given);
}
