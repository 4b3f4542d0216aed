import { expect, test } from '@jest/globals';
import { endpointOptions, providerOptions } from '../../src/core/general-options.ts';
import { KnownProvider } from '../../src/core/known-provider.ts';
import { google } from '../../src/strategies/providers/google.ts';
import { registryWith, settingsOf } from './config-fixture.ts';

test('what is configured of a provider is known of its issuer, and of no other one', async () => {
  const registry = registryWith(google);
  registry.declare({ provider: providerOptions.provider, ...endpointOptions });
  const flags = { issuer: 'https://accounts.google.com', provider: 'google', tokenEndpoint: 'https://oauth2.googleapis.com/token' };
  const known = new KnownProvider(await settingsOf({ flags, more: { registry } }), registry);
  await expect(known.of('https://accounts.google.com')).resolves.toMatchObject({
    preset: { name: 'google' },
    endpoints: { token_endpoint: 'https://oauth2.googleapis.com/token' },
  });
  await expect(known.of('https://id.evil.test')).resolves.toEqual({ preset: undefined, endpoints: {} });
});
