/** `flow: 'auto'`: which flow it becomes, why not another, and what it remembers. */
import { describe, expect, test } from '@jest/globals';
import type { Grant } from '../../src/core/contracts.ts';
import type { PadlockError, PadlockOptions } from '../../src/index.ts';
import { type Fake, fakeProvider, METADATA, padlockAt, tokens } from './fake-provider.ts';
import { world } from './sessions/fixture.ts';

const link = (name: string, more: Partial<Grant> = {}): Grant => ({
  kind: 'grant',
  name,
  summary: `the link ${name}`,
  acquire: (_, host) => host.exchange(`urn:${name}`, {}),
  ...more,
});
const given = link('given', { options: { ticket: { type: 'string', summary: 'a ticket', required: true, secret: true } } });
const human = link('human', { interactive: true });
const prompt = { available: true, ask: async () => 'x' };

function at(options: PadlockOptions & { readonly links?: readonly Grant[] } = {}, ...answers: readonly Fake[]) {
  const { links = [human, given], ...rest } = options;
  const provider = fakeProvider(...answers);
  provider.metadata = { ...METADATA, grant_types_supported: undefined };
  const plugins = [{ apiVersion: 1 as const, name: 'acme', strategies: links }];
  const padlock = padlockAt(provider, { flow: 'auto', plugins, ...rest });
  const refused = (): Promise<PadlockError> =>
    padlock.authenticate().then(
      () => Promise.reject(new Error('it signed in')),
      (error: unknown) => error as PadlockError,
    );
  const types = (): (string | null)[] => provider.forms().map((form) => form.get('grant_type'));
  return { padlock, provider, refused, types };
}

describe('the flow auto', () => {
  test('prefers what was given to a human, and a human to the client itself', async () => {
    const ports = { prompt };
    const withTicket = at({ values: { ticket: 't' }, ports });
    await expect(withTicket.padlock.authenticate()).resolves.toMatchObject({ flow: 'given' });
    const withHuman = at({ ports });
    await expect(withHuman.padlock.authenticate()).resolves.toMatchObject({
      flow: expect.not.stringMatching(/^(password|client-credentials)$/),
    });
    const alone = at();
    await expect(alone.padlock.authenticate()).resolves.toMatchObject({ flow: 'client-credentials' });
    expect(alone.types()).toEqual(['client_credentials']);
  });

  test('never becomes a flow that is discouraged, also where everything for it is there', async () => {
    const { padlock, types } = at({ values: { username: 'robin', password: 'pw' } });
    await padlock.authenticate();
    expect(types()).toEqual(['client_credentials']);
  });

  test('goes through a browser only where one can be opened', async () => {
    const links = [link('browser', { interactive: true, browser: true }), human];
    const flowWith = async (browser: { available?: boolean; open: () => Promise<boolean> }) => {
      const { padlock, provider } = at({ links, ports: { prompt, browser } });
      provider.metadata = { ...METADATA, grant_types_supported: undefined };
      return (await padlock.authenticate()).flow;
    };
    await expect(flowWith({ open: async () => true })).resolves.toBe('browser');
    await expect(flowWith({ available: true, open: async () => true })).resolves.toBe('browser');
    await expect(flowWith({ available: false, open: async () => true })).resolves.toBe('human');
  });

  test('says of every link why it does not apply', async () => {
    const { provider, refused } = at({ links: [given, human, link('elsewhere', { applies: () => ({ no: 'it is Tuesday' }) })] });
    provider.metadata = { ...METADATA, grant_types_supported: ['urn:x'] };
    const error = await refused();
    expect(error.code).toBe('usage_missing_flow');
    expect(error.hint).toContain('given: it needs --ticket');
    expect(error.hint).toContain('human: it needs a human, and nobody is here');
    expect(error.hint).toContain('elsewhere: it is Tuesday');
    expect(error.hint).toContain('client-credentials: the provider does not list it');
    expect(error.hint).not.toContain('password:');
    expect(provider.forms()).toEqual([]);
  });

  test('passes over a flow that needs one of several options, where none is given', async () => {
    const hinted = link('hinted', {
      oneOf: ['whoHint', 'tokenHint'],
      options: { whoHint: { type: 'string', summary: 'who' }, tokenHint: { type: 'string', summary: 'which', secret: true } },
    });
    await expect(at({ links: [hinted, link('second')] }).padlock.authenticate()).resolves.toMatchObject({ flow: 'second' });
    const { padlock } = at({ links: [hinted, link('second')], values: { tokenHint: 't' } });
    await expect(padlock.authenticate()).resolves.toMatchObject({ flow: 'hinted' });
  });

  test('asks for no confirmation on a device of nobody in particular: ciba needs a hint', async () => {
    const metadata = {
      ...METADATA,
      backchannel_authentication_endpoint: `${METADATA.issuer}backchannel`,
      backchannel_token_delivery_modes_supported: ['poll'],
      grant_types_supported: ['urn:openid:params:grant-type:ciba'],
    };
    const none = at({ links: [given], ports: { prompt } });
    none.provider.metadata = metadata;
    const { hint } = await none.refused();
    expect(hint).toContain('ciba: it needs one of --login-hint, --login-hint-token, --id-token-hint');
    const with_ = at({ links: [given], ports: { prompt }, values: { loginHint: 'robin' } });
    with_.provider.metadata = metadata;
    with_.provider.others['/backchannel'] = { body: { auth_req_id: 'x', expires_in: 60 } };
    await expect(with_.padlock.authenticate()).resolves.toMatchObject({ flow: 'ciba' });
  });

  test('fails where its link fails: no other one is tried', async () => {
    const { refused, types } = at({ values: { ticket: 't' } }, { status: 400, body: { error: 'invalid_grant' } });
    await expect(refused()).resolves.toMatchObject({ code: 'auth_invalid_grant' });
    expect(types()).toEqual(['urn:given']);
  });

  test('fails where a source that was configured yields nothing', async () => {
    const { refused, types } = at({
      links: [{ ...given, applies: () => true }],
      values: { ticket: () => Promise.reject(new Error('no vault')) },
    });
    await expect(refused()).resolves.toBeInstanceOf(Error);
    expect(types()).toEqual([]);
  });

  test('begins with what signed in last', async () => {
    let isTuesday = true;
    const first = link('first', { applies: () => !isTuesday || { no: 'it is Tuesday' } });
    const { padlock, types } = at({ links: [first, link('second')] });
    await padlock.authenticate();
    isTuesday = false;
    await padlock.authenticate();
    expect(types()).toEqual(['urn:second', 'urn:second']);
  });

  test('begins with what signed in last in an earlier process, too, as far as that can be read', async () => {
    let isTuesday = true;
    const first = link('first', { applies: () => !isTuesday || { no: 'it is Tuesday' } });
    const { process, shared } = world();
    const plugins = [shared.plugin, { apiVersion: 1 as const, name: 'acme', strategies: [first, link('second')] }];
    const signIn = async () => (await process({ flow: 'auto', plugins }).authenticate()).flow;
    expect(await signIn()).toBe('second');
    isTuesday = false;
    expect(await signIn()).toBe('second');
    const store = shared.opened();
    for (const name of await store.names()) await store.replace(name, undefined, { tag: 'spoiled', data: new Uint8Array(64) });
    expect(await signIn()).toBe('first');
  });

  test('goes on to the others where what signed in last does not apply any more', async () => {
    let isOver = false;
    const until = link('until', { applies: () => !isOver || { no: 'it is over' } });
    const { padlock, types } = at({ links: [until, link('second')] });
    await padlock.authenticate();
    isOver = true;
    await padlock.authenticate();
    expect(types()).toEqual(['urn:until', 'urn:second']);
  });

  test('never becomes a discouraged flow because that signed in last', async () => {
    const { process } = world();
    await process({ values: { password: 'pw' } }).authenticate();
    const again = process({ flow: 'auto', values: { username: 'robin', password: 'pw' } }).authenticate();
    await expect(again).resolves.toMatchObject({ flow: 'client-credentials' });
  });

  test('says of each flow that it considered why not, to who debugs', async () => {
    const considered: unknown[] = [];
    const log = { debug: () => {}, info: (event: string, fields?: object) => event === 'flow_considered' && considered.push(fields) };
    const { padlock } = at({ links: [link('first', { applies: () => ({ no: 'it is Tuesday' }) }), link('second')], ports: { log } });
    await padlock.authenticate();
    expect(considered).toEqual(
      expect.arrayContaining([
        { flow: 'first', applies: false, reason: 'it is Tuesday' },
        { flow: 'second', applies: true },
      ]),
    );
  });

  test('finds its session again, whatever flow that is of, and asks nobody for a token it can get alone', async () => {
    const { padlock, types } = at({ values: { ticket: 't' } });
    const { access } = await padlock.authenticate();
    await expect(padlock.token()).resolves.toMatchObject({ value: access.value });
    expect(types()).toEqual(['urn:given']);
    const fresh = at({ values: { ticket: 't' } });
    await expect(fresh.padlock.token()).resolves.toMatchObject({ value: tokens().access_token });
  });

  test('brings no human into a call that may not ask one', async () => {
    const only = at({ links: [human], ports: { prompt } });
    only.provider.metadata = { ...METADATA, grant_types_supported: ['urn:human'] };
    await expect(only.padlock.token()).rejects.toMatchObject({ code: expect.stringMatching(/^(auth_login_required|usage_missing_flow)$/) });
    expect(only.types()).toEqual([]);
    await expect(only.padlock.token({ login: true })).resolves.toMatchObject({ type: 'Bearer' });
    expect(only.types()).toEqual(['urn:human']);
  });

  test('is a word that no strategy may have', () => {
    expect(() => at({ links: [link('auto')] })).toThrow(expect.objectContaining({ code: 'plugin_conflict' }));
  });
});
