/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import base from '../../jest.config.ts';

/** Tests that `npm test` runs with a tenth of their examples: test/support/examples.ts. */
const THOROUGH = ['strategies/formatters/{json,table,yaml}', 'strategies/stores/file', 'core/plain-yaml', 'core/sessions/{identity,token}'];

/** What is long by nature: whole tables through the packed CLI, a program that runs for months. `npm test` leaves it out; `npm run test:long`. */
const config: Config = {
  ...base,
  rootDir: '../..',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  roots: ['<rootDir>/test'],
  testMatch: ['long/**/*', ...THOROUGH].map((name) => `<rootDir>/test/${name}.test.ts`),
  globals: { thorough: true },
  testPathIgnorePatterns: [],
  testTimeout: 60_000,
};

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default config;
