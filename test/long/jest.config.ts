/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import base from '../../jest.config.ts';

/** What is long by nature: whole tables through the packed CLI, a program that runs for months. `npm test` leaves it out; `npm run test:long`. */
const config: Config = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/long'],
  testMatch: ['<rootDir>/test/long/**/*.test.ts'],
  testPathIgnorePatterns: [],
  testTimeout: 60_000,
};

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default config;
