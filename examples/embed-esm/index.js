import { createPadlock, isPadlockError } from 'padlock-auth';
import { startSandbox } from 'padlock-auth/sandbox';

// An identity provider to sign in to. Yours is a real one: put { issuer, clientId, clientSecret, flow } in place of `...idp.client()`.
const idp = await startSandbox();
const padlock = createPadlock({
  ...idp.client('password'),
  values: { username: 'robin@percy.test', password: 'pa55word' },
});

try {
  const { user, access } = await padlock.authenticate();
  console.log(`${user.name} <${user.email}>`);
  // The value of a token is there for the asking, and nowhere else: it does not print itself.
  console.log(typeof access.value, JSON.stringify(access).includes(access.value));
} catch (error) {
  if (!isPadlockError(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = error.exit;
} finally {
  await idp.close();
}
