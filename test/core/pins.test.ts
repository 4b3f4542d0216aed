/** The algorithm of a client's first verified ID token: on disk where there is one, in memory where not. */
import { expect, test } from '@jest/globals';
import { AlgorithmPins } from '../../src/core/pins.ts';
import { hostWith, MemoryFiles } from './config-fixture.ts';

const WORK = { profile: 'work', issuer: 'https://id.example.test/', clientId: 'a' };
const OTHERS = [
  { ...WORK, profile: undefined },
  { ...WORK, profile: 'home' },
  { ...WORK, issuer: 'https://other.example.test/' },
  { ...WORK, clientId: 'b' },
];
const directories = { state: '/state', config: '/config', cache: '/cache', data: '/data' } as never;

test.each<[string, MemoryFiles | undefined, boolean]>([
  ['files', new MemoryFiles(), true],
  ['no place for files', new MemoryFiles(), false],
  ['no files', undefined, true],
  ['neither', undefined, false],
])('with %s each client has its own', async (_, files, hasPlace) => {
  const pins = new AlgorithmPins(files, { ...hostWith(), directories: hasPlace ? directories : undefined });
  await pins.set(WORK, 'ES256');
  expect(await pins.get(WORK)).toBe('ES256');
  for (const other of OTHERS) expect(await pins.get(other)).toBeUndefined();
  await pins.set({ ...WORK, profile: undefined }, 'RS256');
  expect([await pins.get(WORK), await pins.get({ ...WORK, profile: undefined })]).toEqual(['ES256', 'RS256']);
  expect(files?.entries.size ?? 0).toBe(files && hasPlace ? 2 : 0);
});

test('what another process noted counts, and so does that somebody removed it', async () => {
  const files = new MemoryFiles();
  const [one, other] = [1, 2].map(() => new AlgorithmPins(files, { ...hostWith(), directories })) as [AlgorithmPins, AlgorithmPins];
  await one.set(WORK, 'PS256');
  expect(await other.get(WORK)).toBe('PS256');
  const [[path, content] = []] = [...files.entries];
  expect([path, content]).toEqual([expect.stringMatching(/^\/state\/algorithms\/[\w-]{43}$/), { content: 'PS256\n', mode: 0o600 }]);
  files.entries.clear();
  expect(await one.get(WORK)).toBeUndefined();
});
