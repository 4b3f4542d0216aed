/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['browser', 'interop', 'race', 'long', 'hostile/families', 'hostile/forged-tokens', 'examples'].map(
    (folder) => `<rootDir>/test/${folder}[/.]`,
  ),
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.[cm]?ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: true },
          target: 'es2022',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/fresh-build.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/closed-network.ts'],
  testTimeout: 20_000,
  maxWorkers: '100%',
  // Left out: what runs only in the sandbox's own process, the lines that start the CLI's, and what only a real Redis or keyring runs
  // (test/interop); tests drive all of them from outside.
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/sandbox/provider.ts',
    '!src/sandbox/provider/**',
    '!src/cli/main.ts',
    '!src/core/{keyring,redis}*.ts',
    '!src/strategies/stores/keyring.ts',
  ],
  coverageThreshold: { global: {}, './src/core/': { lines: 95, branches: 90 }, './src/strategies/': { lines: 95, branches: 90 } },
  coverageDirectory: 'coverage',
  coverageReporters: ['text-summary', 'json-summary', 'lcovonly'],
};

export default config;
