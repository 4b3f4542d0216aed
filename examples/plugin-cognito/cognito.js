const hash = async (secret, text) => {
  const bytes = (value) => new TextEncoder().encode(value);
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return Buffer.from(await crypto.subtle.sign('HMAC', key, bytes(text))).toString('base64');
};

/** @type {import('padlock-auth/plugin').GrantStrategy} */
const cognitoPassword = {
  kind: 'grant',
  name: 'cognito-password',
  summary: 'user name and password at an Amazon Cognito user pool',
  options: {
    username: { type: 'string', summary: 'who signs in', required: true, identity: true, prompt: 'Username or email', aliases: ['email'] },
    password: { type: 'string', summary: 'password', required: true, secret: true, prompt: 'Password' },
    clientSecret: { type: 'string', summary: 'client secret', secret: true },
  },
  async acquire({ username, password, clientSecret }, host) {
    const { clientId, issuer } = host.provider;
    const secretHash = clientSecret && { SECRET_HASH: await hash(clientSecret, username + clientId) };
    const body = { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: clientId };
    const response = await host.http({
      method: 'POST',
      url: new URL('/', issuer).href,
      purpose: 'Amazon Cognito',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' },
      body: JSON.stringify({ ...body, AuthParameters: { USERNAME: username, PASSWORD: password, ...secretHash } }),
    });
    const text = new TextDecoder().decode(response.body);
    const { __type: error, ChallengeName: challenge, AuthenticationResult: tokens } = text.startsWith('{') ? JSON.parse(text) : {};
    if (error === 'NotAuthorizedException') host.fail('auth_invalid_grant', { message: 'Incorrect username or password.' });
    if (challenge) host.fail('auth_interaction_required', { message: `Cognito wants another step: ${challenge}.` });
    if (!tokens) host.fail('cognito_refused', { message: `Cognito answered ${response.status}${error ? ` (${error})` : ''}.` });
    const { AccessToken: access_token, ExpiresIn: expires_in, IdToken: id_token, RefreshToken: refresh_token } = tokens;
    return { access_token, token_type: tokens.TokenType, expires_in, id_token, ...(refresh_token && { refresh_token }) };
  },
};

/** @type {import('padlock-auth/plugin').Plugin} */
export default { apiVersion: 1, name: 'cognito', strategies: [cognitoPassword] };
