/** What is made when it is first asked for, and then the same for everybody. A promise that failed is remembered, too. */
export function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
