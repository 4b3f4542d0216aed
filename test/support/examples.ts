/**
 * How many examples a test tries where each takes its time: all of them in `npm run test:long`, which runs these files again
 * (test/long/jest.config.ts), a tenth in `npm test`.
 */
export const examples = (all: number): number => ((globalThis as { thorough?: boolean }).thorough === true ? all : Math.ceil(all / 10));
