import { describe, expect, test } from '@jest/globals';
import { programLayer } from '../../src/core/call-layers.ts';
import { createRegistry } from '../../src/core/compose.ts';
import type { Grant } from '../../src/core/contracts.ts';
import type { Request } from '../../src/core/messages.ts';
import { requestFrom } from '../../src/core/request.ts';
import { mergeSettings } from '../../src/core/settings.ts';
import { clientCredentials } from '../../src/strategies/grants/client-credentials.ts';
import { password } from '../../src/strategies/grants/password.ts';
import { strategies } from '../../src/strategies/index.ts';
import { codeOf } from './forge.ts';

function asked(settings: Readonly<Record<string, unknown>>, own: unknown = {}, grant: unknown = password): Request {
  const { registry, redactor } = createRegistry(strategies);
  return requestFrom(mergeSettings([programLayer(registry, settings)], registry, redactor), grant as Grant, own as Request);
}

describe('the scope that is asked for (BCP 24)', () => {
  test.each<[string, unknown, unknown, unknown, readonly string[]]>([
    ['for a person is who they are', undefined, undefined, password, ['openid', 'profile', 'email']],
    ['for a client is what it was given', undefined, undefined, clientCredentials, []],
    ['is the configured one', ['openid', 'api'], undefined, password, ['openid', 'api']],
    ['may be given as one text', 'openid  api', undefined, password, ['openid', 'api']],
    ['is the default with more', ['+api'], undefined, password, ['openid', 'profile', 'email', 'api']],
    ['holds nothing twice', ['openid', 'openid', '+openid'], undefined, password, ['openid', 'profile', 'email']],
    ['of a client may have more, too', ['+api'], undefined, clientCredentials, ['api']],
    ['is the call’s before the configured one', ['openid', 'api'], ['openid'], password, ['openid']],
    ['is the configured one with what the call adds', ['openid', 'api'], ['+x'], password, ['openid', 'api', 'x']],
    ['adds up', ['+api'], ['+x'], password, ['openid', 'profile', 'email', 'api', 'x']],
    ['is the default with what the call adds', undefined, ['+x'], password, ['openid', 'profile', 'email', 'x']],
    ['may be none', ['openid'], [], password, []],
    ['may hold a plus by itself', ['+'], undefined, password, ['+']],
    ['may hold a plus within', ['a+b'], undefined, password, ['a+b']],
    ['is added to where one of them says so', ['a+b', '+api'], undefined, password, ['openid', 'profile', 'email', 'a+b', 'api']],
  ])('%s', (_, configured, own, grant, scope) => {
    const settings = configured === undefined ? {} : { scope: configured };
    expect(asked(settings, own === undefined ? {} : { scope: own }, grant).scope).toEqual(scope);
  });
});

describe('what else is asked for', () => {
  test('is configured, unless the call says it', () => {
    const settings = { audience: 'a', resource: ['r'], param: { k: 'v' } };
    expect(asked(settings)).toMatchObject({ audience: 'a', resource: ['r'], params: { k: 'v' } });
    expect(asked(settings, { audience: 'b', resource: ['s'], params: {} })).toMatchObject({ audience: 'b', resource: ['s'], params: {} });
    expect(Object.keys(asked({}))).toEqual(['scope']);
  });

  test('does not change any more', () => {
    const request = asked({ resource: ['r'], param: { k: 'v' } }, { scope: ['openid'] });
    for (const part of [request, request.scope, request.resource, request.params]) expect(Object.isFrozen(part)).toBe(true);
  });

  test.each<[object, string]>([
    [{ scope: true }, 'scope must be a text.'],
    [{ scope: [{}] }, 'scope must be a text.'],
    [{ audience: '' }, 'audience must not be empty.'],
    [{ audience: ['a'] }, 'audience must be a text.'],
    [{ params: 'x' }, 'params must be key=value.'],
    [{ params: { k: null } }, 'params must be a text.'],
    [{ resource: 'a\0b' }, 'resource must be well-formed text without NUL.'],
  ])('is refused where a program without types says nonsense: %j', async (own, message) => {
    await expect(codeOf(() => asked({}, own))).resolves.toBe('usage_bad_value');
    expect(() => asked({}, own)).toThrow(message);
  });
});
