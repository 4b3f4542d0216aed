/** Keycloak: the one-time code goes with the password, and what is wrong with either is told in the same words. */
import { CLIENTS, FACTORS, type Factor } from '../../clients.ts';
import { signIn } from '../account.ts';
import { type Dialect, refused } from './dialect.ts';

export const keycloak =
  (factors: readonly Factor[] | undefined): Dialect =>
  ({ form, path }) => {
    if (path !== '/token' || form.get('grant_type') !== 'password') return undefined;
    if (form.get('client_id') === CLIENTS.service.id)
      return refused(400, 'unauthorized_client', 'Client not allowed for direct access grants');
    const isUser = signIn(form.get('username') ?? '', form.get('password') ?? '') !== undefined;
    const isFactor = factors?.includes('otp') !== true || form.get('totp') === FACTORS.otp;
    return isUser && isFactor ? undefined : refused(401, 'invalid_grant', 'Invalid user credentials');
  };
