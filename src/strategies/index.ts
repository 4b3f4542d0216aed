/** Everything that can be chosen by name, one line each. Client authentication: the first that applies is the default. */
import type { Strategy } from '../core/contracts.ts';
import { clientAssertion } from './client-auth/client-assertion.ts';
import { clientSecretBasic } from './client-auth/client-secret-basic.ts';
import { clientSecretBasicRaw } from './client-auth/client-secret-basic-raw.ts';
import { clientSecretJwt } from './client-auth/client-secret-jwt.ts';
import { clientSecretPost } from './client-auth/client-secret-post.ts';
import { none } from './client-auth/none.ts';
import { privateKeyJwt } from './client-auth/private-key-jwt.ts';
import { selfSignedTlsClientAuth } from './client-auth/self-signed-tls-client-auth.ts';
import { tlsClientAuth } from './client-auth/tls-client-auth.ts';
import { curlConfig } from './formatters/curl-config.ts';
import { dotenv } from './formatters/dotenv.ts';
import { env as envFormat } from './formatters/env.ts';
import { githubEnv } from './formatters/github-env.ts';
import { header } from './formatters/header.ts';
import { json } from './formatters/json.ts';
import { kubectl } from './formatters/kubectl.ts';
import { raw } from './formatters/raw.ts';
import { table } from './formatters/table.ts';
import { yaml } from './formatters/yaml.ts';
import { authorizationCode } from './grants/authorization-code.ts';
import { ciba } from './grants/ciba.ts';
import { clientCredentials } from './grants/client-credentials.ts';
import { deviceCode } from './grants/device-code.ts';
import { jwtBearer } from './grants/jwt-bearer.ts';
import { password } from './grants/password.ts';
import { passwordRealm } from './grants/password-realm.ts';
import { refreshToken } from './grants/refresh-token.ts';
import { tokenExchange } from './grants/token-exchange.ts';
import { auth0 } from './providers/auth0.ts';
import { entra } from './providers/entra.ts';
import { google } from './providers/google.ts';
import { keycloak } from './providers/keycloak.ts';
import { okta } from './providers/okta.ts';
import { command } from './sources/command.ts';
import { env } from './sources/env.ts';
import { file } from './sources/file.ts';
import { githubActions } from './sources/github-actions.ts';
import { gitlab } from './sources/gitlab.ts';
import { keyring as keyringSource } from './sources/keyring.ts';
import { kubernetes } from './sources/kubernetes.ts';
import { spiffe } from './sources/spiffe.ts';
import { systemd } from './sources/systemd.ts';
import { file as fileStore } from './stores/file.ts';
import { keyring } from './stores/keyring.ts';
import { memory } from './stores/memory.ts';
import { redis } from './stores/redis.ts';
import { introspection } from './verifiers/introspection.ts';
import { jwks } from './verifiers/jwks.ts';
import { sharedSecret } from './verifiers/shared-secret.ts';
import { userinfo } from './verifiers/userinfo.ts';

export const strategies: readonly Strategy[] = [
  authorizationCode,
  deviceCode,
  clientCredentials,
  jwtBearer,
  tokenExchange,
  refreshToken,
  ciba,
  password,
  passwordRealm,
  none,
  clientAssertion,
  tlsClientAuth,
  selfSignedTlsClientAuth,
  privateKeyJwt,
  clientSecretPost,
  clientSecretJwt,
  clientSecretBasic,
  clientSecretBasicRaw,
  jwks,
  sharedSecret,
  introspection,
  userinfo,
  table,
  json,
  yaml,
  raw,
  header,
  curlConfig,
  envFormat,
  dotenv,
  githubEnv,
  kubectl,
  env,
  file,
  command,
  keyringSource,
  githubActions,
  gitlab,
  kubernetes,
  spiffe,
  systemd,
  memory,
  fileStore,
  keyring,
  redis,
  auth0,
  okta,
  keycloak,
  entra,
  google,
];
