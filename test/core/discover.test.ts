import { describe, expect, test } from '@jest/globals';
import type { DocumentCache } from '../../src/core/cache.ts';
import { discover } from '../../src/core/discover.ts';
import { PadlockError } from '../../src/core/errors.ts';

const ISSUER = 'https://id.example';
const DOCUMENT = { issuer: ISSUER, token_endpoint: `${ISSUER}/token` };
const absent = new PadlockError('proto_status', { httpStatus: 404 });

/** Documents in the order in which they are asked for. */
function documents(...found: readonly (object | Error)[]): { readonly cache: DocumentCache; readonly asked: string[] } {
  const asked: string[] = [];
  const get = async (_: string, url: string): Promise<{ value: object }> => {
    const next = found[asked.length] ?? absent;
    asked.push(url);
    if (next instanceof Error) throw next;
    return { value: next };
  };
  return { cache: { get } as unknown as DocumentCache, asked };
}

describe('an issuer’s metadata', () => {
  test('is looked for at the next place where one is empty', async () => {
    const { asked, cache } = documents(absent, DOCUMENT);
    await expect(discover(cache, ISSUER)).resolves.toMatchObject(DOCUMENT);
    expect(asked).toEqual([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/.well-known/oauth-authorization-server`]);
  });

  test.each([
    ['a server in trouble', new PadlockError('idp_unavailable', { httpStatus: 503 })],
    ['another status', new PadlockError('proto_status', { httpStatus: 403 })],
    ['a document of another issuer', { ...DOCUMENT, issuer: 'https://evil.example' }],
  ])('is not looked for elsewhere after %s', async (_, found) => {
    const { asked, cache } = documents(found, DOCUMENT);
    await expect(discover(cache, ISSUER)).rejects.toMatchObject({
      code: found instanceof PadlockError ? found.code : 'proto_discovery_mismatch',
    });
    expect(asked).toHaveLength(1);
  });

  test('is nowhere', async () => {
    await expect(discover(documents().cache, ISSUER)).rejects.toMatchObject({ code: 'proto_discovery_invalid', httpStatus: 404 });
  });
});
