/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import base from '../../jest.config.ts';

/** Many processes at once: minutes of work, so `npm test` leaves it out; `npm run test:race`. */
const config: Config = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/race'],
  testMatch: ['<rootDir>/test/race/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  testTimeout: 300_000,
};

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default config;
