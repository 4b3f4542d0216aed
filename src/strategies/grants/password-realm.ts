import type { Grant, Recorded } from '../../core/contracts.ts';
import { defineOptions, shared, type ValuesOf } from '../../core/options.ts';
import { withPassword } from '../../core/wrong-password.ts';

const options = defineOptions({
  username: { ...shared.username, required: true },
  password: { ...shared.password, required: true },
  realm: { ...shared.realm, required: true, prompt: 'Realm (the connection that knows the user)' },
});

const GRANT_TYPE = 'http://auth0.com/oauth/grant-type/password-realm';

/** Auth0's extension of the password grant: which of a tenant's connections knows the user. */
export const passwordRealm = {
  kind: 'grant',
  name: 'password-realm',
  summary: 'username and password in a realm: a connection of Auth0',
  guide: {
    use: 'the password flow at an Auth0 tenant that has several connections, or no default directory',
    avoid: 'wherever another flow works, as with password; servers other than Auth0 do not know it',
    needs: 'an application with the grant type Password, and the name of the connection',
  },
  grantType: GRANT_TYPE,
  deprecated:
    'The password flow hands the password to this program (RFC 9700 §2.4): prefer a browser or device flow where the provider offers one.',
  options,
  acquire: ({ username, password, realm }: ValuesOf<typeof options>, host) =>
    withPassword(host, () => host.exchange(GRANT_TYPE, { username, password, realm })),
} satisfies Recorded<Grant>;
