import { describe, expect, test } from '@jest/globals';
import { PadlockError } from '../../src/core/errors.ts';
import { Outcome } from '../../src/core/outcome.ts';
import { Redactor } from '../../src/core/secret.ts';

const ours = { plugin: undefined, what: 'The flow "x"' };
function outcome(signal = new AbortController().signal, origin: { plugin: string | undefined; what: string } = ours) {
  const redactor = new Redactor();
  redactor.add('s3cret-canary');
  const told: unknown[] = [];
  const made = new Outcome(redactor, signal, origin);
  made.to((why) => told.push(why));
  return { made, told };
}
const failure = new PadlockError('token_nonce', { message: 'It says s3cret-canary.' });

describe('how a sign-in ended', () => {
  test('is told once, to everybody, in order', async () => {
    const { made, told } = outcome();
    made.to(() => told.push('second'));
    await expect(made.part(async () => 7)).resolves.toBe(7);
    expect(told).toEqual([]);
    await made.end();
    await made.end(failure);
    expect(told).toEqual([undefined, 'second']);
  });

  test('is the failure of any part, without the secrets in it', async () => {
    const { made, told } = outcome();
    await expect(made.part(() => Promise.reject(failure))).rejects.toBe(failure);
    await made.end();
    expect(told).toEqual(['It says [redacted].']);
  });

  test('gives nothing away of a failure that is nobody planned', async () => {
    const { made, told } = outcome();
    await expect(made.part(() => Promise.reject(new TypeError('s3cret at /home/robin')))).rejects.toThrow(TypeError);
    expect(told).toEqual(['The sign-in failed.']);
  });

  test('is a cancellation where somebody cancelled, whatever that led to', async () => {
    const { made, told } = outcome(AbortSignal.abort());
    await made.end(failure);
    expect(told).toEqual(['The sign-in was cancelled.']);
  });

  test('is waited for, and a plugin that crashes when it is told has crashed', async () => {
    const { made } = outcome(undefined, { plugin: 'acme', what: 'The flow "x"' });
    made.to(async () => {
      await Promise.resolve();
      throw new Error('s3cret-canary');
    });
    await expect(made.end()).rejects.toMatchObject({ code: 'plugin_crashed', message: expect.not.stringContaining('s3cret') });
  });
});
