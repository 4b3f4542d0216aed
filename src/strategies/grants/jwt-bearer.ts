import type { Grant, Recorded } from '../../core/contracts.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const options = defineOptions({
  assertion: { type: 'string', summary: 'a JWT that says for whom the token is', required: true, secret: true, prompt: 'Assertion (JWT)' },
});

/** A JWT as the authorization (RFC 7523 §2.1). It is asked for anew each time: another assertion may be about somebody else. */
export const jwtBearer = {
  kind: 'grant',
  name: 'jwt-bearer',
  summary: 'a JWT of an issuer that the provider trusts',
  guide: {
    use: 'a workload that has an identity token already, and a provider that trusts its issuer',
    avoid:
      'where the provider takes that token as client authentication (client-assertion) or in token-exchange: ask its documentation which it is',
    needs: 'an assertion whose audience is the provider, made anew each time',
  },
  subject: 'given',
  storable: false,
  grantType: GRANT,
  options,
  acquire: ({ assertion }: ValuesOf<typeof options>, host) => host.exchange(GRANT, { assertion }),
} satisfies Recorded<Grant>;
