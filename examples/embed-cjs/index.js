const { createPadlock } = require('padlock-auth');
const { startSandbox } = require('padlock-auth/sandbox');

async function main() {
  const idp = await startSandbox();
  try {
    const padlock = createPadlock(idp.client('client-credentials'));
    const { clientId, user, access } = await padlock.authenticate();
    console.log(`${clientId} has a ${access.type} token for ${access.scope.join(' ')}; the user is ${user}.`);
  } finally {
    await idp.close();
  }
}

main();
