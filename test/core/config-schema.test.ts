import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { readStructure } from '../../src/core/config-file.ts';
import { configSchema } from '../../src/core/config-schema.ts';
import { checkConfig } from '../../src/core/profile.ts';
import { errorOf, hostWith, MemoryFiles, registryWith } from './config-fixture.ts';

const registry = registryWith();
const valid = new Ajv2020({ strict: true, strictTypes: false }).compile(configSchema(registry));
const world = { files: new MemoryFiles(), host: hostWith() };
const check = (content: unknown): void =>
  checkConfig({ path: '/c', directory: '/', openMode: undefined, ...readStructure(content) }, registry, world);

describe('the JSON Schema of the configuration', () => {
  test.each([
    [{}],
    [{ default_profile: 'work', profiles: { work: {} } }],
    [{ plugins: ['./a.mjs', { path: 'b', sha256: '00' }] }],
    [
      {
        profiles: {
          work: {
            issuer: 'https://a.test',
            client_id: 'x',
            scope: ['a', 'b'],
            param: { a: 'b' },
            timeout: 5,
            require_verified: true,
            format: 'json',
          },
        },
      },
    ],
    [{ profiles: { work: { scope: 'a b', password: 'p', client_secret: { env: 'X' } }, ci: { client_secret: { command: ['op'] } } } }],
  ])('accepts what Padlock reads: %j', (content) => {
    expect(valid(content)).toBe(true);
    expect(() => check(content)).not.toThrow();
  });

  test.each([
    [[]],
    [{ profile: {} }],
    [{ default_profile: '' }],
    [{ plugins: [{ sha256: 'x' }] }],
    [{ plugins: [{ path: 'x', more: 1 }] }],
    [{ profiles: [] }],
    [{ profiles: { work: { clientId: 'x' } } }],
    [{ profiles: { work: { save_as: 'x' } } }],
    [{ profiles: { work: { timeout: 601 } } }],
    [{ profiles: { work: { format: 'xml' } } }],
    [{ profiles: { work: { client_secret: { vault: 'x' } } } }],
    [{ profiles: { work: { client_secret: { env: 'x', file: 'y' } } } }],
    [{ profiles: { work: { client_id: { env: 'x' } } } }],
  ])('refuses what Padlock refuses: %j', async (content) => {
    expect(valid(content)).toBe(false);
    expect(await errorOf(() => check(content))).toMatchObject({ code: 'config_schema' });
  });

  test('never accepts what Padlock refuses', () => {
    const keys = ['issuer', 'client_id', 'scope', 'param', 'timeout', 'require_verified', 'format', 'password', 'save_as', 'nope'];
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
      fc.dictionary(fc.constantFrom('env', 'file', 'x'), fc.string()),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (profile) => {
        fc.pre(!/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(profile))); // a schema cannot say "without NUL"
        const content = { profiles: { work: profile } };
        if (valid(content)) check(content);
      }),
      { numRuns: 1000 },
    );
  });

  test('describes what a strategy from outside declares', () => {
    const more = registryWith({
      kind: 'formatter',
      name: 'csv',
      summary: 'commas',
      options: { csvMark: { type: 'string', summary: 'the mark' } },
      format: () => '',
    });
    expect(configSchema(more)).toHaveProperty('$defs.profile.properties.csv_mark', {
      type: 'string',
      minLength: 1,
      description: 'the mark',
    });
  });
});
