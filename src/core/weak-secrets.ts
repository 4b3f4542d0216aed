/** Secrets that are long enough and all the same the first ones anybody would try (RFC 8725 §3.5). */

/** Examples from documentation, defaults and keyboard walks, of 32 bytes and more; shorter ones are too short anyway. Lower case. */
const FAMILIAR: ReadonlySet<string> = new Set([
  'a-string-secret-at-least-256-bits-long',
  'a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long',
  'a-valid-string-secret-that-is-at-least-384-bits-long',
  'your-256-bit-secret-your-256-bit-secret',
  'this-is-a-very-long-secret-key-that-is-at-least-256-bits',
  'thisisaverylongsecretkeythatisatleast256bitslong',
  'this_is_a_very_long_secret_key_for_jwt_signing',
  'your-super-secret-jwt-key-change-this-in-production',
  'your-super-secret-jwt-key-change-in-production',
  'your-super-secret-jwt-token-with-at-least-32-characters-long',
  'super-secret-jwt-token-with-at-least-32-characters-long',
  'your-secret-key-change-this-in-production',
  'your-secret-key-change-in-production',
  'change-this-to-a-long-random-string',
  'please-change-this-secret-in-production',
  'qwertyuiopasdfghjklzxcvbnm123456',
  'abcdefghijklmnopqrstuvwxyz123456',
  'abcdefghijklmnopqrstuvwxyz012345',
  'abcdefghijklmnopqrstuvwxyz0123456789',
  '12345678901234567890123456789012',
]);
const LONGEST_UNIT = 16;
const FEWEST_CHARACTERS = 6;

/** One piece over and over, such as `secretsecretsecret…` or `0123456789abcdef0123456789abcdef`. */
function isRepetition(secret: string): boolean {
  for (let unit = 1; unit <= LONGEST_UNIT; unit++)
    if (
      secret.length > unit &&
      secret ===
        secret
          .slice(0, unit)
          .repeat(Math.ceil(secret.length / unit))
          .slice(0, secret.length)
    )
      return true;
  return false;
}

/** Would someone guess this secret without trying very hard? */
export function isMemorable(secret: string): boolean {
  const plain = secret.toLowerCase();
  return FAMILIAR.has(plain) || new Set(plain).size < FEWEST_CHARACTERS || isRepetition(plain);
}
