/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import base from '../../jest.config.ts';

/** The flows with a real browser; `npm run test:browser` installs Debian's Chromium. */
const config: Config = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  testPathIgnorePatterns: [],
  globalSetup: '<rootDir>/test/browser/start.ts',
  globalTeardown: '<rootDir>/test/browser/stop.ts',
  maxWorkers: 1,
  testTimeout: 60_000,
};

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default config;
