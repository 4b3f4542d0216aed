/** The families of the fault matrix and how many cases each has: 230, and the 46 behaviours (B). */
export const CASES = { A: 25, B: 46, I: 17, C: 26, D: 42, E: 26, F: 26, R: 18, V: 14, L: 16, P: 12, X: 8 } as const;
export type Family = keyof typeof CASES;

/** Families that are not written yet; whoever writes one strikes it off. */
export const LATER: readonly Family[] = [];
