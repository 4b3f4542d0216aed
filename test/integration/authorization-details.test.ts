/** Rich authorization requests (RFC 9396) at a real provider: what was consented to is what the session says, after a refresh, too. */
import { expect, test } from '@jest/globals';
import { createPadlock, type Padlock, type PadlockOptions } from '../../src/index.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const PAYMENT = { type: 'payment_initiation', instructedAmount: { currency: 'EUR', amount: '123.50' }, creditorName: 'Merchant A' };
const resource = ['https://api.percy.test'];
const person = (options: PadlockOptions): Padlock =>
  createPadlock({ ...idp().client('authorization-code', 'public'), resource, ports: idp().human(), ...options });

test.each([['in the address'], ['pushed first']])('a user consents to them, %s', async (how) => {
  await using padlock = person({ authorizationDetails: [PAYMENT], values: { par: how === 'pushed first' } });
  expect((await padlock.authenticate()).access.authorizationDetails).toEqual([PAYMENT]);
  expect((await padlock.token({ refresh: true })).authorizationDetails).toEqual([PAYMENT]);
});

test('a client asks for itself', async () => {
  const options = { ...idp().client('client-credentials'), resource, authorizationDetails: [PAYMENT] };
  await using padlock = createPadlock(options);
  expect((await padlock.authenticate()).access.authorizationDetails).toEqual([PAYMENT]);
});

test('a type that the provider does not know is refused in its own words', async () => {
  await using padlock = person({ authorizationDetails: [{ type: 'world_domination' }] });
  await expect(padlock.authenticate()).rejects.toMatchObject({ oauthError: 'invalid_authorization_details', exit: 5 });
});
