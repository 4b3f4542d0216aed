/** A moment as documents write it: RFC 3339, UTC, whole seconds. */
export const timestamp = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');
