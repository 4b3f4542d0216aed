import type { Source, SourceHost } from '../contracts.ts';
import { isPadlockError, PadlockError } from '../errors.ts';
import type { JsonValue } from '../json-value.ts';
import { type Check, must, named, type Settled, settled, skip } from './check.ts';

const ARGUMENTS: readonly JsonValue[] = [
  'SAMPLE_NAME',
  '/run/secrets/sample',
  ['sample-program', 'argument'],
  {},
  null,
  7,
  [],
  '',
  ['a', 1],
];
const VALUE = 'sample-secret-9f2c7d41';

const fail: SourceHost['fail'] = (code, about) => {
  throw new PadlockError(code, about);
};
const missing = async (): Promise<never> => fail('config_missing_credential', { message: 'Nothing is there.' });

/** A world in which the secret is wherever one looks. */
const full: SourceHost = Object.freeze({
  env: (name: string) => (name.endsWith('_URL') ? 'https://source.example/?version=2' : VALUE),
  read: async () => `${VALUE}\n`,
  run: async () => `${VALUE}\n`,
  http: async () => ({ status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify({ value: VALUE })) }),
  fail,
});
/** A world without it. */
const empty: SourceHost = Object.freeze({ env: () => undefined, read: missing, run: missing, http: missing, fail });

const all = (source: Source, host: SourceHost): Promise<readonly Settled<string>[]> =>
  Promise.all(ARGUMENTS.map((argument) => settled(() => source.read(argument, host))));

/** Sources return a text or say that there is none; they never return nothing. */
export const sourceChecks: readonly Check<Source>[] = [
  {
    name: 'returns the secret as text',
    async run(source) {
      const values = (await all(source, full)).flatMap((end) => ('value' in end ? [end.value] : []));
      must(
        values.every((value) => typeof value === 'string' && value !== ''),
        'it returned something else than a text',
      );
      if (!values.some((value) => value.includes(VALUE))) skip('it wants another argument than a name, a path or a command');
    },
  },
  {
    name: 'fails with config_missing_credential when nothing is there',
    async run(source) {
      const ends = await all(source, empty);
      must(
        ends.every((end) => 'error' in end),
        'it returned something all the same',
      );
      if (!ends.some((end) => 'error' in end && isPadlockError(end.error) && end.error.code === 'config_missing_credential'))
        skip(`it wants another argument than a name, a path or a command: ${named((ends[0] as { error?: unknown }).error)}`);
    },
  },
  {
    name: 'refuses an argument it cannot use, in words',
    async run(source) {
      for (const end of [...(await all(source, full)), ...(await all(source, empty))])
        must(!('error' in end) || isPadlockError(end.error), `it ended in ${'error' in end ? named(end.error) : ''}; fail with host.fail`);
    },
  },
  {
    name: 'keeps the secret out of its errors',
    async run(source) {
      for (const end of await all(source, full))
        must(!('error' in end) || !JSON.stringify(end.error).includes(VALUE), 'an error holds the secret');
    },
  },
];
