/** The credential that the Azure SDKs take: their calls, their shapes. */
import { expect, test } from '@jest/globals';
import { NOW } from './forge.ts';
import { failure, gate, world } from './sessions/fixture.ts';

/** As @azure/core-auth 1.10 declares them. */
interface AzureAccessToken {
  token: string;
  expiresOnTimestamp: number;
  refreshAfterTimestamp?: number;
  tokenType?: 'Bearer' | 'pop' | 'ssh-cert';
}
interface AzureAbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: (this: AzureAbortSignal, event: unknown) => void, options?: unknown): void;
  removeEventListener(type: 'abort', listener: (this: AzureAbortSignal, event: unknown) => void, options?: unknown): void;
}
interface AzureCredential {
  getToken(
    scopes: string | string[],
    options?: { abortSignal?: AzureAbortSignal; claims?: string; enableCae?: boolean; tenantId?: string },
  ): Promise<AzureAccessToken | null>;
}

const credential = (options?: object) => {
  const { process, provider } = world();
  const azure: AzureCredential = process({ flow: 'client-credentials', ...options }).asTokenCredential();
  return { azure, provider };
};

test('gives token and expiry for scopes, as a list or a text', async () => {
  const { azure, provider } = credential();
  const expected = { token: 'at-1-null', expiresOnTimestamp: NOW + 3_600_000, tokenType: 'Bearer' };
  await expect(azure.getToken(['https://vault.azure.net/.default'])).resolves.toEqual(expected);
  await expect(azure.getToken('https://vault.azure.net/.default', { tenantId: 'ours', enableCae: true })).resolves.toEqual(expected);
  expect(provider.forms().map((form) => form.get('scope'))).toEqual(['https://vault.azure.net/.default']);
});

test('asks for what the Padlock asks for when it is given no scope', async () => {
  const { azure, provider } = credential({ scope: ['read'] });
  await azure.getToken([]);
  expect(provider.forms()[0]?.get('scope')).toBe('read');
});

test('answers a claims challenge with another token', async () => {
  const { azure, provider } = credential();
  await azure.getToken('a');
  await expect(azure.getToken('a', { claims: '{"access_token":{}}' })).resolves.toMatchObject({ token: 'at-2-null' });
  expect(provider.forms().map((form) => form.get('claims'))).toEqual([null, '{"access_token":{}}']);
});

test('takes a token without an expiry for good for five minutes', async () => {
  const { azure, provider } = credential();
  provider.expiresIn = undefined;
  await expect(azure.getToken('a')).resolves.toMatchObject({ expiresOnTimestamp: NOW + 300_000 });
});

test('is cancelled by its caller, whose signal need not be Node’s own', async () => {
  const { azure, provider } = credential();
  const { opened, open } = gate();
  provider.answering = opened;
  const asked = provider.asked();
  const listeners: (() => void)[] = [];
  const signal: AzureAbortSignal = {
    aborted: false,
    addEventListener: (_, listener) => void listeners.push(() => listener.call(signal, {})),
    removeEventListener: () => {},
  };
  const waiting = failure(azure.getToken('a', { abortSignal: signal }));
  await asked;
  for (const stop of listeners) stop();
  await expect(waiting).resolves.toMatchObject({ code: 'cancelled' });
  open();
});
