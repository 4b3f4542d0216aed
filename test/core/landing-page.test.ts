import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { answeredPage, refusedPage, signedInPage, strayPage } from '../../src/core/landing-page.ts';

describe.each([
  ['signed in', signedInPage('https://id.example/tenant')],
  ['refused', refusedPage(`<img src=x onerror='alert("1")'> & \u202e`)],
  ['answered', answeredPage()],
])('the page: %s', (_, { body, headers }) => {
  test('loads nothing, runs nothing, is kept by nobody and tells nobody where it was', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' });
    expect(body).not.toMatch(/<script|<link|<img|https?:/);
    expect(body).toContain('You can close this window');
  });
});

test('what the provider said is text, whatever is in it', () => {
  expect(refusedPage(`<img src=x onerror='alert("1")'> & \u202e`).body).toContain(
    '<blockquote>&lt;img src=x onerror=&#39;alert(&quot;1&quot;)&#39;&gt; &amp; \\u{202e}</blockquote>',
  );
});

test('who is signed in reads where', () =>
  expect(signedInPage('https://id.example/tenant').body).toContain('id.example has signed you in.'));

test('a stray request gets no page', () => {
  expect([strayPage(404).status, strayPage(405).headers.allow, strayPage(404).body]).toEqual([404, 'GET', 'There is nothing here.\n']);
});
