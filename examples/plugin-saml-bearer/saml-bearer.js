const GRANT = 'urn:ietf:params:oauth:grant-type:saml2-bearer';

/** @type {import('padlock-auth/plugin').GrantStrategy} */
const samlBearer = {
  kind: 'grant',
  name: 'saml-bearer',
  summary: 'a SAML assertion of an issuer that the provider trusts',
  subject: 'given', // whoever the assertion is about: no scope is asked for by itself, and no ID token is owed
  storable: false,
  grantType: GRANT,
  options: {
    samlAssertion: {
      type: 'string',
      summary: 'a SAML 2.0 assertion, as XML or Base64',
      required: true,
      secret: true,
      prompt: 'SAML assertion',
    },
  },
  acquire({ samlAssertion }, host) {
    const xml = samlAssertion.trimStart().startsWith('<') ? samlAssertion : Buffer.from(samlAssertion, 'base64');
    return host.exchange(GRANT, { assertion: Buffer.from(xml).toString('base64url') }); // RFC 7522 §2.1
  },
};

/** @type {import('padlock-auth/plugin').Plugin} */
export default { apiVersion: 1, name: 'saml', strategies: [samlBearer] };
