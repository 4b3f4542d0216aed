import { expect, test } from '@jest/globals';
import { fetchThrough } from '../../src/core/fetch-through.ts';
import type { HttpRequest, HttpResponse } from '../../src/core/ports.ts';

function fake(response: Partial<HttpResponse> = {}) {
  const sent: HttpRequest[] = [];
  const http = {
    send: async (request: HttpRequest) => {
      sent.push(request);
      return { status: 200, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode('{"a":1}'), ...response };
    },
  };
  return { sent, fetch: fetchThrough(http, 'the key set') };
}

test('answers as fetch does', async () => {
  const response = await fake().fetch('https://idp.test/keys');
  expect([response.status, response.ok, response.headers.get('Content-Type')]).toEqual([200, true, 'application/json']);
  expect(await response.json()).toEqual({ a: 1 });
});

test.each([204, 205, 304])('%d has no body', async (status) => {
  const response = await fake({ status, body: new Uint8Array() }).fetch('https://idp.test/');
  expect([response.status, response.body]).toEqual([status, null]);
});

test('refuses a status that no Response can have', async () => {
  await expect(fake({ status: 999 }).fetch('https://idp.test/')).rejects.toMatchObject({ code: 'proto_status', httpStatus: 999 });
});

test.each([
  ['an object', { authorization: 'Basic x' }],
  ['pairs', [['authorization', 'Basic x']]],
  ['Headers', new Headers({ authorization: 'Basic x' })],
] as const)('takes headers as %s', async (_name, headers) => {
  const { fetch, sent } = fake();
  await fetch(new URL('https://idp.test/'), { headers: headers as Record<string, string> });
  expect(sent[0]).toMatchObject({ method: 'GET', url: 'https://idp.test/', headers: { authorization: 'Basic x' }, purpose: 'the key set' });
});

test.each([
  ['a form', new URLSearchParams({ a: 'b c' }), 'a=b+c'],
  ['text', 'a=b', 'a=b'],
  ['bytes', new TextEncoder().encode('ä'), 'ä'],
])('takes a body that is %s', async (_name, body, text) => {
  const { fetch, sent } = fake();
  const { signal } = new AbortController();
  await fetch('https://idp.test/', { method: 'POST', body, signal });
  expect(sent[0]).toMatchObject({ method: 'POST', body: text, signal });
});

test('refuses a body it cannot read', async () => {
  await expect(fake().fetch('https://idp.test/', { method: 'POST', body: new ReadableStream() })).rejects.toMatchObject({
    code: 'internal',
  });
});
