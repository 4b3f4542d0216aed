/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import base from '../../jest.config.ts';

/** Padlock against servers that nobody here wrote; `npm run test:interop` installs and starts them. */
const config: Config = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/interop'],
  testMatch: ['<rootDir>/test/interop/**/*.test.ts'],
  testPathIgnorePatterns: [],
  globalSetup: '<rootDir>/test/interop/start-servers.ts',
  globalTeardown: '<rootDir>/test/interop/stop-servers.ts',
  testTimeout: 30_000,
};

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default config;
