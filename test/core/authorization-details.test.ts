/** Rich authorization requests (RFC 9396): what is asked for in detail, and what was granted. */
import { describe, expect, test } from '@jest/globals';
import { withFiles } from '../../src/cli/value-files.ts';
import type { Files } from '../../src/core/ports.ts';
import { sessionView } from '../../src/core/session-view.ts';
import { tokenView } from '../../src/core/token-view.ts';
import type { PadlockOptions } from '../../src/index.ts';
import { fakeProvider, padlockAt, tokens } from './fake-provider.ts';
import { NOW } from './forge.ts';
import { failure, world } from './sessions/fixture.ts';

const PAYMENT = [{ type: 'payment', actions: ['initiate'], amount: { currency: 'EUR', value: '12.30' } }];
const GRANTED = [{ ...PAYMENT[0], account: 'DE02' }];

describe('authorization details', () => {
  test('go with the request, and what was granted is shown and remembered', async () => {
    const { process, provider } = world();
    provider.more = { authorization_details: GRANTED };
    const options: PadlockOptions = { authorizationDetails: PAYMENT };
    const session = await process(options).authenticate();
    expect(JSON.parse(provider.forms()[0]?.get('authorization_details') ?? '')).toEqual(PAYMENT);
    expect(session.access.authorizationDetails).toEqual(GRANTED);
    expect(sessionView(session, { now: NOW }).document).toMatchObject({ tokens: { access: { authorization_details: GRANTED } } });
    const stored = await process().token(); // the session remembers what it asked for
    expect(stored.value).toBe(session.access.value);
    expect(tokenView(stored, { now: NOW }).document).toMatchObject({ authorization_details: GRANTED });
    provider.more = {};
    const others = await process({ authorizationDetails: [{ type: 'account' }] }).token();
    expect([others.value === stored.value, others.authorizationDetails]).toEqual([false, undefined]);
    expect(JSON.parse(provider.forms()[1]?.get('authorization_details') ?? '')).toEqual([{ type: 'account' }]);
  });

  test.each(['no JSON', '{}', '[]', '[1]', '[null]', '[{}]', '[{"type":""}]', '[{"type":1}]', '"x"'])(
    'are not %s',
    async (authorizationDetails) => {
      const fake = fakeProvider();
      const padlock = padlockAt(fake, { values: { authorizationDetails } });
      expect(await failure(padlock.authenticate())).toMatchObject({ code: 'usage_bad_value', hint: expect.stringContaining('type') });
      expect(fake.forms()).toHaveLength(0);
    },
  );

  test.each([['x'], [{}], [[1]], [[{ actions: [] }]]])('are no %j in an answer', async (details) => {
    const fake = fakeProvider({ body: tokens({ authorization_details: details }) });
    expect(await failure(padlockAt(fake).authenticate())).toMatchObject({ code: 'proto_bad_shape' });
  });

  test('are no parameter among others', async () => {
    const padlock = padlockAt(fakeProvider(), { params: { authorization_details: '[]' } });
    expect(await failure(padlock.authenticate())).toMatchObject({ code: 'usage_conflict' });
  });

  test('may stand in a file', async () => {
    const files = {
      read: async (path: string) => (path === '/work/d.json' ? new TextEncoder().encode('[…]') : undefined),
    } as unknown as Files;
    const given = (...values: string[]) => withFiles(new Map([['authorizationDetails', values]]), files, '/work');
    expect((await given('@d.json')).get('authorizationDetails')).toBe('[…]');
    expect((await given('[]')).get('authorizationDetails')).toEqual(['[]']);
    await expect(given('@none.json')).rejects.toMatchObject({ code: 'usage_bad_value' });
  });
});
