/** What a container makes of the settings of its Padlock. */
import { expect, test } from '@jest/globals';
import { createPadlockContainer, type PadlockOptions } from '../../src/container.ts';
import { CacheSettings } from '../../src/core/cache-settings.ts';
import { HttpSettings } from '../../src/core/http-settings.ts';
import { resolve } from '../../src/core/inject.ts';
import type { Files } from '../../src/core/ports.ts';
import { Registry } from '../../src/core/registry.ts';

const containerOf = (options: PadlockOptions = {}) =>
  createPadlockContainer({ issuer: 'https://id.example.test', clientId: 'a', ...options });
const files = {} as Files;

test('how long a request may take is for requests and for plugins', () => {
  const container = containerOf({ timeout: 7 });
  expect([resolve(container, HttpSettings).timeout, resolve(container, Registry).patience]).toEqual([7, 7]);
  expect(resolve(containerOf(), HttpSettings).timeout).toBe(30);
});

test('documents are kept where there are files, unless that is not wanted', () => {
  expect(resolve(containerOf({ ports: { files } }), CacheSettings).files).toBe(files);
  expect(resolve(containerOf({ ports: { files }, values: { noCache: true } }), CacheSettings).files).toBeUndefined();
  expect(resolve(containerOf(), CacheSettings).files).toBeUndefined();
});

test('an authority that is trusted is trusted by requests, and tells what is kept from what others fetched', () => {
  const ca = '-----BEGIN CERTIFICATE-----';
  const container = containerOf({ ca });
  expect([resolve(container, HttpSettings).ca, resolve(container, CacheSettings).ca]).toEqual([ca, ca]);
});
