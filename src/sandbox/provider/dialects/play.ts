/** Which provider is played. */
import type { Setup } from '../../protocol.ts';
import { auth0 } from './auth0.ts';
import type { Dialect } from './dialect.ts';
import { entra } from './entra.ts';
import { keycloak } from './keycloak.ts';
import { okta } from './okta.ts';

const DIALECTS = { auth0, okta, keycloak, entra } as const;

export const dialectOf = ({ factors, play }: Setup): Dialect => (play === undefined ? () => undefined : DIALECTS[play](factors));
