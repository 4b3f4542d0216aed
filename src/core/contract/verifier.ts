import { createHmac, generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult, randomBytes, sign } from 'node:crypto';
import type { Values, Verifier } from '../contracts.ts';
import { PadlockError } from '../errors.ts';
import type { JsonObject } from '../json-value.ts';
import { once } from '../once.ts';
import type { Proof, VerifierHost } from '../verifier-host.ts';
import { broken, type Check, must, named, refusal, settled, skip } from './check.ts';
import { provider, SECRET, valuesFor } from './samples.ts';

const CLAIMS = { iss: provider.issuer, sub: 'sample', aud: provider.clientId, exp: 4_000_000_000, iat: 1_700_000_000, nonce: 'sample' };
const KID = 'sample-key';

const part = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const input = (header: JsonObject, payload: unknown = CLAIMS): string => `${part(header)}.${part(payload)}`;

/** How the checks themselves sign: with one of these algorithms, where the verifier knows it. */
interface Signer {
  readonly alg: string;
  readonly keys: readonly JsonObject[];
  token(header?: JsonObject, payload?: unknown): string;
}

const ecPair = (): KeyPairKeyObjectResult => generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** Made when they are needed, and once: an RSA key takes a third of a second. */
const OWN = { ES256: once(ecPair), RS256: once(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) };

function pairSigner(alg: 'ES256' | 'RS256', { privateKey, publicKey } = OWN[alg]()): Signer {
  const signed = (text: string, key: KeyObject): string =>
    `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  return {
    alg,
    keys: [{ ...(publicKey.export({ format: 'jwk' }) as JsonObject), kid: KID, use: 'sig', alg }],
    token: (header, payload) => signed(input({ alg, kid: KID, ...header }, payload), privateKey),
  };
}

function secretSigner(secret: string): Signer {
  return {
    alg: 'HS256',
    keys: [],
    token(header, payload) {
      const text = input({ alg: 'HS256', ...header }, payload);
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    },
  };
}

/** A signer whose tokens the verifier has to accept, if one can be made. */
function signerFor({ algorithms, keySet, options }: Verifier): Signer | undefined {
  if (keySet === true && algorithms.includes('ES256')) return pairSigner('ES256');
  if (keySet === true && algorithms.includes('RS256')) return pairSigner('RS256');
  const secrets = Object.values(options ?? {}).some(({ secret }) => secret === true);
  return secrets && algorithms.includes('HS256') ? secretSigner(SECRET) : undefined;
}

const hostFor = (algorithms: readonly string[], keys: readonly JsonObject[]): VerifierHost =>
  Object.freeze({
    provider,
    algorithms,
    signal: new AbortController().signal,
    keys: async () => ({ keys, cached: false }),
    // a provider that knows no token at all
    post: async () => ({ active: false }),
    userinfo: async () => {
      throw new PadlockError('token_inactive', { message: 'The userinfo endpoint refused the access token.' });
    },
    fail(code: string, about?: ConstructorParameters<typeof PadlockError>[1]): never {
      throw new PadlockError(code, about);
    },
  });

const verify = (verifier: Verifier, token: string, host: VerifierHost): Promise<Proof> => {
  const values: Values = valuesFor(verifier.options, SECRET);
  return verifier.verify(token, values, host);
};

async function refused(verifier: Verifier, token: string, host: VerifierHost, what: string): Promise<void> {
  const code = await refusal(() => verify(verifier, token, host), what);
  must(/^(token|config|proto)_/.test(code), `${what} was refused with ${code}; use a token_ code`);
}

const noise = (bytes: number): string => randomBytes(bytes).toString('base64url');

const ofSignatures: readonly Check<Verifier>[] = [
  {
    name: 'refuses what is no token',
    async run(verifier) {
      const host = hostFor(verifier.algorithms, signerFor(verifier)?.keys ?? []);
      for (const token of [
        '',
        '.',
        '..',
        '...',
        'a',
        'a.b.c',
        ' ',
        `${input({ alg: verifier.algorithms[0] ?? '' })}`,
        `${part('[]')}.${part('{}')}.${noise(64)}`,
      ])
        await refused(verifier, token, host, token === '' ? 'an empty token' : `"${token.slice(0, 20)}"`);
    },
  },
  {
    name: 'refuses a token without a signature',
    async run(verifier) {
      const host = hostFor(verifier.algorithms, signerFor(verifier)?.keys ?? []);
      for (const alg of ['none', 'None', 'NONE', '', ...verifier.algorithms])
        for (const kid of [{}, { kid: KID }])
          await refused(verifier, `${input({ alg, ...kid })}.`, host, `an unsigned token with alg "${alg}"`);
      await refused(
        verifier,
        `${input({ alg: 'none', kid: KID })}.${noise(64)}`,
        hostFor([...verifier.algorithms, 'none'], []),
        'alg none that was allowed by mistake',
      );
    },
  },
  {
    name: 'refuses a forged signature',
    async run(verifier) {
      const host = hostFor(verifier.algorithms, signerFor(verifier)?.keys ?? []);
      for (const alg of verifier.algorithms)
        for (const bytes of [32, 64, 256])
          await refused(verifier, `${input({ alg, kid: KID })}.${noise(bytes)}`, host, `a forged ${alg} signature`);
      for (const stranger of [
        pairSigner('ES256', ecPair()),
        secretSigner('another secret, which is as long as it has to be'),
        secretSigner(''),
      ])
        await refused(verifier, stranger.token(), host, `a token signed by somebody else (${stranger.alg})`);
    },
  },
  {
    name: 'refuses an algorithm that was not expected',
    async run(verifier) {
      const signer = signerFor(verifier) ?? skip('no token can be made that it would accept');
      await refused(verifier, signer.token(), hostFor([], signer.keys), 'an algorithm, where none was expected,');
      const others = verifier.algorithms.filter((alg) => alg !== signer.alg);
      if (others.length > 0)
        await refused(verifier, signer.token(), hostFor(others, signer.keys), `${signer.alg}, which was not expected,`);
    },
  },
  {
    name: 'refuses a payload or a header that was changed',
    async run(verifier) {
      const signer = signerFor(verifier) ?? skip('no token can be made that it would accept');
      const host = hostFor([signer.alg], signer.keys);
      const [head, body, tail] = signer.token().split('.') as [string, string, string];
      await refused(verifier, `${head}.${part({ ...CLAIMS, sub: 'admin' })}.${tail}`, host, 'a changed payload');
      await refused(verifier, `${part({ alg: signer.alg, kid: KID, x: 1 })}.${body}.${tail}`, host, 'a changed header');
    },
  },
  {
    name: 'says what it proved: payload, algorithm and key',
    async run(verifier) {
      const signer = signerFor(verifier) ?? skip('no token can be made that it would accept');
      const end = await settled(() => verify(verifier, signer.token(), hostFor([signer.alg], signer.keys)));
      if ('error' in end) broken(`a good ${signer.alg} token ended in ${named(end.error)}`);
      must(typeof end.value === 'object' && end.value !== null, 'it returned something else than a proof');
      must(JSON.stringify(end.value.payload) === JSON.stringify(CLAIMS), 'the payload is not that of the token');
      must(end.value.alg === signer.alg, 'alg is not that of the token');
      must(end.value.kid === null || end.value.kid === KID, 'kid is neither null nor that of the key');
    },
  },
];

const TOLD = { active: true, sub: 'sample', client_id: provider.clientId };

/** What answers a verifier of access tokens gets. */
const hostSaying = (answer: JsonObject): VerifierHost => ({ ...hostFor([], []), post: async () => answer, userinfo: async () => answer });

const ofAnswers: readonly Check<Verifier>[] = [
  {
    name: 'refuses a token that the provider does not know',
    run: (verifier) => refused(verifier, 'a-token', hostFor([], []), 'a token that the provider does not know'),
  },
  {
    name: 'says what the provider said, and that nothing was signed',
    async run(verifier) {
      const end = await settled(() => verify(verifier, 'a-token', hostSaying(TOLD)));
      if ('error' in end) broken(`a good answer ended in ${named(end.error)}`);
      must(JSON.stringify(end.value?.payload) === JSON.stringify(TOLD), 'the payload is not what the provider said');
      must(end.value.alg === null && end.value.kid === null, 'alg and kid are not null');
    },
  },
];

const ofActivity: readonly Check<Verifier>[] = [
  {
    name: 'refuses an answer that does not say that the token is good',
    async run(verifier) {
      for (const active of ['true', 1, null, {}, undefined])
        await refused(verifier, 'a-token', hostSaying({ ...TOLD, active } as JsonObject), `active ${JSON.stringify(active)}`);
    },
  },
];

/** Verifiers refuse whatever is not proved, and say what they proved. */
export const verifierChecks = ({ checks = 'id' }: Verifier): readonly Check<Verifier>[] =>
  ({ id: ofSignatures, access: [...ofAnswers, ...ofActivity], user: ofAnswers })[checks];
