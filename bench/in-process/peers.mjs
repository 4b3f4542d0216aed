/** Other libraries that keep a token for a program, each as a function of a fresh literal that gives the token of the bench's own endpoint. */
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Over node:http whatever the library thinks the URL is: theirs insist on https and on hosts of their own. */
const send = (issuer, method, body, type = 'application/x-www-form-urlencoded') =>
  new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    request(`${issuer}/token`, { agent, method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }));
    })
      .on('error', reject)
      .end(body);
  });

/** A refresh token, since this library has no client credentials. */
async function google(issuer) {
  const { OAuth2Client } = await import('google-auth-library');
  const client = new OAuth2Client({
    clientId: 'bench',
    clientSecret: 'a-secret-of-the-bench',
    endpoints: { oauth2TokenUrl: `${issuer}/token` },
  });
  client.setCredentials({ refresh_token: 'a-refresh-token' });
  return async () => (await client.getAccessToken()).token;
}

const MICROSOFT = 'https://login.microsoftonline.com';
const TENANT = '11111111-2222-3333-4444-555555555555';
/** What they would fetch before they ask for a token. */
const metadata = JSON.stringify({
  issuer: `${MICROSOFT}/${TENANT}/v2.0`,
  authorization_endpoint: `${MICROSOFT}/${TENANT}/oauth2/v2.0/authorize`,
  token_endpoint: `${MICROSOFT}/${TENANT}/oauth2/v2.0/token`,
  jwks_uri: `${MICROSOFT}/${TENANT}/discovery/v2.0/keys`,
});

async function msal(issuer) {
  const { ConfidentialClientApplication } = await import('@azure/msal-node');
  const networkClient = {
    sendGetRequestAsync: async () => ({ status: 200, headers: {}, body: JSON.parse(metadata) }),
    async sendPostRequestAsync(_url, { body }) {
      const { headers, status, text } = await send(issuer, 'POST', body);
      return { status, headers, body: JSON.parse(text) };
    },
  };
  const app = new ConfidentialClientApplication({
    auth: {
      clientId: TENANT,
      clientSecret: 'a-secret-of-the-bench',
      authority: `${MICROSOFT}/${TENANT}`,
      knownAuthorities: ['login.microsoftonline.com'],
      authorityMetadata: metadata,
      cloudDiscoveryMetadata: JSON.stringify({ tenant_discovery_endpoint: '', 'api-version': '1.1', metadata: [] }),
    },
    system: { networkClient },
  });
  return async () => (await app.acquireTokenByClientCredential({ scopes: ['https://api.bench/.default'] })).accessToken;
}

async function azure(issuer) {
  const { ClientSecretCredential } = await import('@azure/identity');
  const { createHttpHeaders } = await import('@azure/core-rest-pipeline');
  const httpClient = {
    async sendRequest(asked) {
      const { status, text } = asked.method === 'POST' ? await send(issuer, 'POST', asked.body) : { status: 200, text: metadata };
      return { request: asked, status, headers: createHttpHeaders({ 'content-type': 'application/json' }), bodyAsText: text };
    },
  };
  const options = { disableInstanceDiscovery: true, httpClient };
  const credential = new ClientSecretCredential(TENANT, TENANT, 'a-secret-of-the-bench', options);
  return async () => (await credential.getToken(['https://api.bench/.default'])).token;
}

export const PEERS = { 'google-auth-library': google, '@azure/msal-node': msal, '@azure/identity': azure };
