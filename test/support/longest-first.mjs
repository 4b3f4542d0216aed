/** The order of test files on a machine that has not seen them yet: the longest first, as whoever begins last is waited for. */

/** In seconds, the first of each folder takes two to three minutes, the last of it ten to twenty seconds. */
export const LONGEST = [
  ...['b', 'f', 'e', 'd', 'c', 'a', 'p', 'r', 'l', 'x', 'v', 'i', 'codes'].map((name) => `hostile/families/${name}`),
  ...['endurance', 'any-secret', 'refusals-cli', 'hard-strings', 'argv', 'flow-pages', 'sessions', 'configuration', 'fuzz'].map(
    (name) => `long/${name}`,
  ),
];

const rank = ({ path }) => {
  const at = LONGEST.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return at === -1 ? LONGEST.length : at;
};

/** For Jest's `testSequencer`. */
// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((one, other) => rank(one) - rank(other));
  }
  allFailedTests(tests) {
    return tests;
  }
  cacheResults() {}
}
