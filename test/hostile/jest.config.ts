/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import base from '../../jest.config.ts';

/** The fault matrix through the packed CLI: hundreds of processes, so `npm test` leaves it out; `npm run test:hostile`. */
const config: Config = {
  ...base,
  rootDir: '../..',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  roots: ['<rootDir>/test/hostile'],
  testMatch: ['families/**/*', 'forged-tokens', 'best-practice'].map((name) => `<rootDir>/test/hostile/${name}.test.ts`),
  testPathIgnorePatterns: [],
  globalSetup: '<rootDir>/test/hostile/start.ts',
  reporters: ['default', '<rootDir>/test/hostile/reporter.mjs'],
  maxWorkers: 2,
  maxConcurrency: 2, // rows of one family at once: many of them wait for time that passes
  testTimeout: 300_000,
};

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default config;
