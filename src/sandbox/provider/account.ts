/** Who can sign in. */
import type { Account } from 'oidc-provider';
import { USER } from '../clients.ts';

const { claims } = USER;

/** The account's identifier, or undefined when name or password is wrong. An e-mail address is not case-sensitive here. */
export const signIn = (username: string, password: string): string | undefined =>
  username.toLowerCase() === USER.username && password === USER.password ? claims.sub : undefined;

export const claimsOf = async (accountId: string): Promise<Record<string, unknown> & { sub: string }> => ({ ...claims, sub: accountId });

/** What oidc-provider asks for an account. */
export const findAccount = (_: unknown, accountId: string): Account | undefined =>
  accountId === claims.sub ? { accountId, claims: () => claimsOf(accountId) } : undefined;
