import type { Grant, Recorded } from '../../core/contracts.ts';
import { defineOptions, shared, type ValuesOf } from '../../core/options.ts';
import { withPassword } from '../../core/wrong-password.ts';

const options = defineOptions({
  username: { ...shared.username, required: true },
  password: { ...shared.password, required: true },
});

/** Resource owner password credentials (RFC 6749 §4.3). RFC 9700 §2.4 forbids it where anything else works. */
export const password = {
  kind: 'grant',
  name: 'password',
  summary: 'username and password, for first-party tools',
  guide: {
    use: 'first-party tools and tests at a provider that knows the tool by name, where no browser can be had',
    avoid: 'wherever another flow works: the tool sees the password, and single sign-on, passkeys and most second factors are out of reach',
    needs: 'a client that may use the password grant, and a user name and a password that the provider itself checks',
  },
  grantType: 'password',
  deprecated:
    'The password flow hands the password to this program (RFC 9700 §2.4): prefer a browser or device flow where the provider offers one.',
  options,
  acquire: ({ username, password }: ValuesOf<typeof options>, host) =>
    withPassword(host, () => host.exchange('password', { username, password })),
} satisfies Recorded<Grant>;
