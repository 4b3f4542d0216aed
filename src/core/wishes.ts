/** What is wished of a request, without what belongs to the call: the members that a stored session remembers and that tell its tokens apart. */
import type { Request } from './messages.ts';

export type Wishes = Omit<Request, 'signal'>;

/** The wishes of a request that are there. */
export function wishesOf({ audience, authorizationDetails, dpop, params, resource, scope }: Wishes): Wishes {
  return {
    ...(scope && { scope }),
    ...(audience !== undefined && { audience }),
    ...(resource && { resource }),
    ...(params && { params }),
    ...(authorizationDetails && { authorizationDetails }),
    ...(dpop !== undefined && { dpop }),
  };
}
