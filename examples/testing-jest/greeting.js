/** The program under test: it takes a Padlock, so that a test can hand it one that signs in to the sandbox. */
export async function greeting(padlock) {
  const { user } = await padlock.authenticate();
  return `Hello, ${user.name}`;
}
