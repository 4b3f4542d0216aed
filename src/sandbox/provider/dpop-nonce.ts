/** Which requests have to show a nonce of the provider's in their DPoP proof (RFC 9449 §8): those that a test says. */

const wanted = new WeakSet<object>();

/** Asks this request for one. */
export const wantNonce = (ctx: object): void => void wanted.add(ctx);
/** Was it asked for one? */
export const wantsNonce = (ctx: object): boolean => wanted.has(ctx);
