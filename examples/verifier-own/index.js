import { createPadlock } from 'padlock-auth';
import { startSandbox } from 'padlock-auth/sandbox';
import nodeCrypto from './node-crypto.js';

const idp = await startSandbox();
try {
  const padlock = createPadlock({
    ...idp.client('password', 'rs256'),
    plugins: [nodeCrypto],
    verifier: 'node-crypto',
    values: { username: 'robin@percy.test', password: 'pa55word' },
  });
  const { user, idToken } = await padlock.authenticate();
  console.log(`${user.name}: ${idToken.verified.alg}, verified by ${idToken.verified.by}`);
} finally {
  await idp.close();
}
