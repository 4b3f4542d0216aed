/** oidc-provider's storage: in memory, expiring by the shifted clock. */
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';

interface Entry {
  readonly payload: AdapterPayload;
  readonly expires: number;
}

/** Look for the dead after this many insertions. */
const SWEEP_EVERY = 1000;

/** A storage of its own for one provider: the factory oidc-provider calls once per model. */
export function createStorage(): (model: string) => Adapter {
  const models = new Map<string, Map<string, Entry>>();
  let insertions = 0;

  const sweep = (): void => {
    for (const entries of models.values()) for (const [id, { expires }] of entries) if (expires <= Date.now()) entries.delete(id);
  };
  const revoke = (grantId: string): void => {
    for (const entries of models.values()) for (const [id, { payload }] of entries) if (payload.grantId === grantId) entries.delete(id);
  };

  return (model) => {
    const entries = new Map<string, Entry>();
    models.set(model, entries);
    const live = (entry: Entry | undefined): AdapterPayload | undefined =>
      entry !== undefined && entry.expires > Date.now() ? entry.payload : undefined;
    const where = (member: 'uid' | 'userCode', value: string): AdapterPayload | undefined =>
      live([...entries.values()].find(({ payload }) => payload[member] === value));

    return {
      upsert: async (id, payload, expiresIn) => {
        if (++insertions % SWEEP_EVERY === 0) sweep();
        entries.set(id, { payload, expires: Date.now() + (expiresIn ?? Number.POSITIVE_INFINITY) * 1000 });
      },
      find: async (id) => live(entries.get(id)),
      findByUid: async (uid) => where('uid', uid),
      findByUserCode: async (userCode) => where('userCode', userCode),
      consume: async (id) => {
        const payload = live(entries.get(id));
        // Of two requests with one token that arrive together both have found it unused; the second to get here is the thief.
        if (payload === undefined || payload.consumed !== undefined) {
          if (payload?.grantId !== undefined) {
            revoke(payload.grantId);
            // What the first is about to be given shall be worth nothing either.
            models.get('Grant')?.delete(payload.grantId);
          }
          throw new errors.CustomOIDCProviderError('invalid_grant', 'The token was used before.');
        }
        payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => {
        entries.delete(id);
      },
      revokeByGrantId: async (grantId) => revoke(grantId),
    };
  };
}
