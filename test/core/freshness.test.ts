import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { freshSpan, isFresh, MIN_TTL } from '../../src/core/freshness.ts';
import type { AccessRecord } from '../../src/core/session-record.ts';
import { NOW } from './forge.ts';

const times = fc.record({
  issuedAt: fc.integer({ min: NOW - 7_200_000, max: NOW + 120_000 }),
  lifetime: fc.option(fc.integer({ min: 0, max: 7_200_000 })),
});

test('the span of the hot path holds no moment at which a token is not fresh', () => {
  fc.assert(
    fc.property(
      times,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: -1, max: 1 }),
      ({ issuedAt, lifetime }, jitter, beside) => {
        const access = { issuedAt, expiresAt: lifetime === null ? null : issuedAt + lifetime } as AccessRecord;
        const { freshFrom, freshUntil } = freshSpan(access, jitter);
        for (const now of [NOW, Math.ceil(freshFrom) + beside, Math.floor(freshUntil) + beside]) {
          const inside = now >= freshFrom && now < freshUntil;
          if (now !== freshUntil) expect(isFresh(access, { now, minTtl: MIN_TTL }, jitter)).toBe(inside);
          else expect(inside).toBe(false);
        }
      },
    ),
  );
});
