import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { headlessPorts, realClock } from '../../src/core/headless.ts';
import { VERSION } from '../../src/core/version.ts';

describe('headless ports', () => {
  const ports = headlessPorts();

  test('have nobody to ask', async () => {
    expect(ports.prompt.available).toBe(false);
    await expect(ports.prompt.ask({ message: 'Password' })).rejects.toMatchObject({ code: 'prompt_unavailable' });
  });

  test('open no browser, run no program, read no environment, know no place', async () => {
    expect(await ports.browser.open('https://idp.test')).toBe(false);
    await expect(ports.host.run(['true'])).rejects.toMatchObject({ code: 'config_missing_credential' });
    expect([ports.host.env('HOME'), ports.host.proxyFor('https://x.test'), ports.host.directories, ports.files, ports.http]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('say nothing', () => {
    expect([ports.log.debug('x'), ports.log.info('x'), ports.notices.warn({ code: 'x', message: 'x' }), ports.notices.show('x')]).toEqual(
      Array(4).fill(undefined),
    );
  });

  test('give way to one’s own', () => {
    const clock = { now: () => 1, sleep: async () => {} };
    expect(headlessPorts({ clock }).clock).toBe(clock);
  });
});

describe('the real clock', () => {
  test('sleeps', async () => {
    const started = performance.now();
    await realClock.sleep(30);
    expect(performance.now() - started).toBeGreaterThanOrEqual(25);
  });

  test.each(['before', 'during'])('wakes with the reason of its signal: %s', async (when) => {
    const reason = new Error('enough');
    const controller = new AbortController();
    if (when === 'before') controller.abort(reason);
    else setTimeout(() => controller.abort(reason), 10);
    await expect(realClock.sleep(60_000, controller.signal)).rejects.toBe(reason);
  });
});

test('the version is that of the package', () => {
  expect((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version).toBe(VERSION);
});
