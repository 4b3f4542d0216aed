/** Which session and which token a call means: two that differ in anything never mix. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPadlockContainer } from '../../../src/container.ts';
import { resolve } from '../../../src/core/inject.ts';
import type { Request } from '../../../src/core/messages.ts';
import { accessKey, type SessionIdentity } from '../../../src/core/session-record.ts';
import { Sessions } from '../../../src/core/sessions.ts';
import { examples } from '../../support/examples.ts';
import { world } from './fixture.ts';

const sessions = (): Sessions => resolve(createPadlockContainer({ issuer: 'https://id.example.test', clientId: 'a' }), Sessions);
const sortedEntries = (object: object): unknown => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));

/** Few texts, and such as break a careless separator, so that two often agree in much. */
const word = fc.constantFrom('', 'a', 'b', 'a,b', 'a b', '["a"]', 'null', 'ä', 'a\u0000', '{}');
const identity: fc.Arbitrary<SessionIdentity> = fc.record({
  app: word,
  profile: fc.option(word),
  issuer: word,
  clientId: word,
  flow: word,
  who: fc.dictionary(fc.constantFrom('username', 'realm', '__proto__'), word, { noNullPrototype: true }),
});
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const request: fc.Arbitrary<Request> = fc
  .record({
    scope: optional(fc.array(word, { maxLength: 3 })),
    audience: optional(word),
    resource: optional(fc.array(word, { maxLength: 3 })),
    params: optional(fc.dictionary(fc.constantFrom('claims', 'acr_values', 'prompt'), word, { noNullPrototype: true })),
  })
  .map((members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Request);

const meaning = ({ scope = [], audience, resource = [], params = {} }: Request): string =>
  JSON.stringify([
    [...new Set(scope)].sort(),
    audience === undefined ? [] : [audience],
    [...new Set(resource)].sort(),
    sortedEntries(params),
  ]);

describe('the name of a session', () => {
  test('is another one as soon as app, profile, issuer, client, flow or user is', async () => {
    const known = sessions();
    await fc.assert(
      fc.asyncProperty(identity, identity, async (a, b) => {
        const same = JSON.stringify([a.app, a.profile, a.issuer, a.clientId, a.flow, sortedEntries(a.who)]);
        const other = JSON.stringify([b.app, b.profile, b.issuer, b.clientId, b.flow, sortedEntries(b.who)]);
        expect((await known.nameOf(a)) === (await known.nameOf(b))).toBe(same === other);
      }),
      { numRuns: examples(500) },
    );
  });

  test('differs in each single member', async () => {
    const known = sessions();
    await fc.assert(
      fc.asyncProperty(identity, fc.constantFrom('app', 'profile', 'issuer', 'clientId', 'flow'), word, async (one, member, value) => {
        fc.pre(one[member as keyof SessionIdentity] !== value);
        expect(await known.nameOf(one)).not.toBe(await known.nameOf({ ...one, [member]: value }));
      }),
    );
  });

  test('is an HMAC: another store has other names', async () => {
    const one: SessionIdentity = {
      app: 'padlock',
      profile: null,
      issuer: 'https://a',
      clientId: 'b',
      flow: 'password',
      who: { username: 'robin' },
    };
    const [a, b] = await Promise.all([sessions().nameOf(one), sessions().nameOf(one)]);
    expect([a, b]).toEqual([expect.stringMatching(/^[\w-]{43}$/), expect.stringMatching(/^[\w-]{43}$/)]);
    expect(a).not.toBe(b);
  });
});

test('the key of an access token is the same exactly where scopes, audience, resources and parameters mean the same', () => {
  fc.assert(
    fc.property(request, request, (a, b) => {
      expect(accessKey(a) === accessKey(b)).toBe(meaning(a) === meaning(b));
    }),
    { numRuns: examples(2000) },
  );
});

describe('over one store', () => {
  test('no app, profile, issuer, client, user, scope or audience ever gets the token of another', async () => {
    const call = fc.record({
      app: fc.constantFrom('one', 'two'),
      profile: fc.constantFrom(undefined, 'work', 'home'),
      clientId: fc.constantFrom('acme-cli', 'other-cli'),
      audience: fc.constantFrom(undefined, 'a', 'b'),
      scope: fc.constantFrom(undefined, ['read'], ['read', 'write']),
      perCall: fc.boolean(),
      seconds: fc.constantFrom(0, 0, 30, 3590),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 12 }), async (calls) => {
        const { process, provider, clock } = world();
        const issued = new Map<string, string>();
        provider.next = [];
        for (const { app, profile, clientId, audience, scope, perCall, seconds } of calls) {
          clock.pass(seconds);
          const wishes = { ...(audience !== undefined && { audience }), ...(scope && { scope }) };
          const padlock = process({
            flow: 'client-credentials',
            app,
            clientId,
            values: { ...(profile && { profile }) },
            ...(perCall ? {} : wishes),
          });
          const { value } = await padlock.token(perCall ? wishes : {});
          const means = JSON.stringify([app, profile, clientId, audience, scope]);
          expect(issued.get(value) ?? means).toBe(means);
          issued.set(value, means);
        }
        const asked = provider.forms().map((form) => [form.get('audience'), form.get('scope')]);
        expect(asked.length).toBe(issued.size);
      }),
      { numRuns: examples(60) },
    );
  }, 60_000);

  test('an app sees its own sessions only', async () => {
    const { process } = world();
    const [own, foreign] = [process({ app: 'own' }), process({ app: 'foreign' })];
    const { access } = await own.authenticate();
    await expect(foreign.session()).resolves.toBeUndefined();
    await expect(foreign.sessions()).resolves.toEqual([]);
    await expect(foreign.logout()).resolves.toEqual({ revoked: false });
    await expect(own.token()).resolves.toEqual(access);
    await expect(process({ app: 'own' }).token()).resolves.toEqual(access);
    await expect(process().session()).resolves.toBeUndefined();
  });
});
