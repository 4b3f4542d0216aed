/** What a device authorization endpoint answers (RFC 8628 §3.2), as far as it may be shown to a human. */
import { fail } from './errors.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { type Pace, readPace } from './polling.ts';
import { isVisible } from './text.ts';
import { isSecure, parseUrl } from './url.ts';

/** Characters. Real codes have about ten, real addresses less than a hundred; a screen has little room for more. */
const LONGEST_CODE = 64;
const LONGEST_ADDRESS = 1024;

export interface DeviceAuthorization {
  readonly deviceCode: string;
  readonly userCode: string;
  /** Where the code is entered. */
  readonly address: string;
  /** The same with the code in it. */
  readonly shortcut: string | undefined;
  readonly pace: Pace;
}

/** Throws `proto_bad_shape` for what cannot be polled for, or should not be shown. */
export function readDeviceAuthorization(answer: JsonObject): DeviceAuthorization {
  const userCode = codeOf(answer.user_code, 'user_code');
  if (!isVisible(userCode) || userCode.length > LONGEST_CODE) fail('proto_bad_shape', "The provider's user_code cannot be shown."); // check: user code
  const shortcut = answer.verification_uri_complete ?? undefined;
  return {
    deviceCode: codeOf(answer.device_code, 'device_code'),
    userCode,
    address: addressOf(answer.verification_uri ?? answer.verification_url, 'verification_uri'), // Google's older name for it
    shortcut: shortcut === undefined ? undefined : addressOf(shortcut, 'verification_uri_complete'),
    pace: readPace({ interval: answer.interval, expiresIn: answer.expires_in }),
  };
}

function codeOf(value: JsonValue | undefined, member: string): string {
  if (typeof value !== 'string' || value === '') fail('proto_bad_shape', `The device authorization has no ${member}.`); // check: device codes
  return value;
}

/** An address that a person is sent to: one that a browser may open, and whose host is all that it seems. */
function addressOf(value: JsonValue | undefined, member: string): string {
  const url = typeof value === 'string' && value.length <= LONGEST_ADDRESS ? parseUrl(value) : undefined;
  if (url === undefined || !isSecure(url)) fail('proto_bad_shape', `The provider's ${member} is not an https address.`); // check: verification address
  return url.href;
}
