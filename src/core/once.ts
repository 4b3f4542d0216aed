/** What is made when it is first asked for, and then the same for everybody. A failure is remembered, too. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
