import type { Grant, GrantHost, Recorded } from '../../core/contracts.ts';
import { defineOptions, flagName, type ValuesOf } from '../../core/options.ts';
import { didYouMean } from '../../core/text.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPE = 'urn:ietf:params:oauth:token-type:';
/** RFC 8693 §3, without what they begin with. */
const TYPES = ['access_token', 'refresh_token', 'id_token', 'saml1', 'saml2', 'jwt'];

const options = defineOptions({
  subjectToken: {
    type: 'string',
    summary: 'the token of whom the new one is about',
    required: true,
    secret: true,
    prompt: 'Subject token',
  },
  subjectTokenType: {
    type: 'string',
    summary: `what the subject token is: ${TYPES.join(', ')}, or a URI`,
    placeholder: 'TYPE',
    default: 'access_token',
  },
  actorToken: { type: 'string', summary: 'the token of who acts for that subject', secret: true },
  actorTokenType: { type: 'string', summary: 'what the actor token is (default access_token)', placeholder: 'TYPE' },
  requestedTokenType: { type: 'string', summary: 'what the new token shall be', placeholder: 'TYPE' },
});

/** Token exchange (RFC 8693). Nothing is kept: another subject token may be about somebody else. */
export const tokenExchange = {
  kind: 'grant',
  name: 'token-exchange',
  summary: 'one token for another, for another service or in another name',
  guide: {
    use: 'a service that calls another one for its user, with a token that is good there and says who acts',
    avoid: 'to get a first token, or a longer life for one you have',
    needs: 'a token of the subject, and a client that the provider lets exchange it',
  },
  subject: 'given',
  storable: false,
  grantType: GRANT,
  options,
  acquire({ actorToken, actorTokenType, requestedTokenType, subjectToken, subjectTokenType }: ValuesOf<typeof options>, host) {
    if (actorToken === undefined && actorTokenType !== undefined)
      host.fail('usage_missing_option', { message: '--actor-token-type says what an actor token is, and there is none.' });
    const typeOf = (key: keyof typeof options, value: string | undefined) => value && tokenType(key, value, host);
    return host.exchange(GRANT, {
      subject_token: subjectToken,
      subject_token_type: typeOf('subjectTokenType', subjectTokenType),
      actor_token: actorToken,
      actor_token_type: actorToken && typeOf('actorTokenType', actorTokenType ?? 'access_token'),
      requested_token_type: typeOf('requestedTokenType', requestedTokenType),
    });
  },
} satisfies Recorded<Grant>;

/** A type by its short name, with dashes as well, or as the URI that it is. */
function tokenType(key: string, value: string, host: GrantHost): string {
  const short = value.replaceAll('-', '_');
  if (TYPES.includes(short)) return TYPE + short;
  if (/^[a-z][a-z0-9+.-]*:\S/i.test(value)) return value;
  return host.fail('usage_bad_value', {
    message: `--${flagName(key)} is neither the name of a token type nor a URI.`,
    hint: didYouMean(short, TYPES),
  });
}
