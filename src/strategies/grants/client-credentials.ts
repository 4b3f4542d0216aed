import type { Grant, Recorded } from '../../core/contracts.ts';

/** Client credentials (RFC 6749 §4.4): the client acts for itself, so there is no user and no ID token. */
export const clientCredentials = {
  kind: 'grant',
  name: 'client-credentials',
  summary: 'the client itself, for services and CI',
  guide: {
    use: 'services, jobs and machines that act for themselves',
    avoid: 'whenever a person is meant: there is no user, no ID token and no consent in it',
    needs: 'a confidential client: a secret, a private key, a certificate or an assertion',
  },
  subject: 'client',
  grantType: 'client_credentials',
  acquire: (_values, host) => host.exchange('client_credentials', {}),
} satisfies Recorded<Grant>;
