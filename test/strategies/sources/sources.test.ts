import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../../src/core/config-file.ts';
import { PadlockError } from '../../../src/core/errors.ts';
import type { JsonValue } from '../../../src/core/json-value.ts';
import { isReference, type Reference } from '../../../src/core/layer.ts';
import type { Host } from '../../../src/core/ports.ts';
import { profileLayer } from '../../../src/core/profile.ts';
import { CANARY, CONFIG, errorOf, hostWith, MemoryFiles, registryWith, where } from '../../core/config-fixture.ts';

const WHERE = 'profiles.work.password';

async function referenceTo(
  argument: JsonValue,
  host: Host = hostWith(),
  entries: Record<string, string | Uint8Array> = {},
  patience = 50,
): Promise<Reference> {
  const files = new MemoryFiles({ ...entries, [CONFIG]: JSON.stringify({ profiles: { work: { password: argument } } }) });
  const layer = profileLayer(await readConfig(files, where), 'work', { name: '--profile', kind: 'usage' }, registryWith(), {
    files,
    host,
    patience,
  });
  const raw = layer.values.get('password');
  if (!raw || !isReference(raw)) throw new Error('This is no reference.');
  return raw;
}

const hanging: Host['run'] = () => new Promise(() => {});

describe('a source that yields nothing is exit 3 and says where', () => {
  test.each<[string, JsonValue, Host | undefined, string]>([
    ['an unset variable', { env: CANARY }, undefined, `${WHERE} names an environment variable that is not set.`],
    ['an empty variable', { env: 'X' }, hostWith({ X: '' }), `${WHERE} names an environment variable that is not set.`],
    ['a variable with only a line end', { env: 'X' }, hostWith({ X: '\n' }), `${WHERE} holds no secret: it is empty.`],
    ['a missing file', { file: CANARY }, undefined, `${WHERE} names a file that does not exist.`],
    ['an empty file', { file: '/empty' }, undefined, `${WHERE} holds no secret: it is empty.`],
    ['a file that is no text', { file: '/binary' }, undefined, `${WHERE} does not hold UTF-8 text.`],
    ['a huge file', { file: '/huge' }, undefined, `${WHERE} names a file of more than 64 kB.`],
    ['a command that prints nothing', { command: ['true'] }, hostWith({}, async () => '\n'), `${WHERE} holds no secret: it is empty.`],
    [
      'a command that prints too much',
      { command: ['yes'] },
      hostWith({}, async () => 'y'.repeat(70_000)),
      `${WHERE} holds more than 64 kB.`,
    ],
    [
      'a command that hangs',
      { command: ['sleep', CANARY] },
      hostWith({}, hanging),
      `${WHERE}: the source command did not answer within 0.05 seconds.`,
    ],
  ])('%s', async (_, argument, host, message) => {
    const files = { '/empty': '', '/binary': Uint8Array.of(0xff), '/huge': 'x'.repeat(70_000) };
    const reference = await referenceTo(argument, host, files);
    expect(await errorOf(() => reference.read())).toMatchObject({ code: 'config_missing_credential', exit: 3, message });
  });

  test('a command that fails says so as the machine does', async () => {
    const host = hostWith({}, async () => {
      throw new PadlockError('config_missing_credential', { message: 'op ended with exit code 1.' });
    });
    const reference = await referenceTo({ command: ['op'] }, host);
    expect(await errorOf(() => reference.read())).toMatchObject({
      code: 'config_missing_credential',
      message: `${WHERE}: op ended with exit code 1.`,
    });
  });
});

describe('a reference that is written wrongly is exit 3', () => {
  test.each<[JsonValue, string]>([
    [{ env: ['X'] }, 'must name an environment variable.'],
    [{ env: '' }, 'must name an environment variable.'],
    [{ file: '' }, 'must name a file.'],
    [{ file: true }, 'must name a file.'],
    [{ command: `op read ${CANARY}` }, 'must be a list: the program and its arguments.'],
    [{ command: [] }, 'must be a list: the program and its arguments.'],
    [{ command: ['op', true] }, 'must be a list: the program and its arguments.'],
    [{ command: [''] }, 'must be a list: the program and its arguments.'],
    [{ command: ['op', 'a\0b'] }, 'must be a list: the program and its arguments.'],
  ])('%j', async (argument, why) => {
    const reference = await referenceTo(argument);
    expect(await errorOf(() => reference.read())).toMatchObject({ code: 'config_schema', exit: 3, message: `${WHERE} ${why}` });
  });
});

test('the caller can stop waiting, and its reason is what comes back', async () => {
  const controller = new AbortController();
  const reference = await referenceTo({ command: ['op'] }, hostWith({}, hanging), {}, 5000);
  const reading = reference.read(controller.signal);
  controller.abort(new PadlockError('cancelled'));
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  await expect(reference.read(controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
});

test('the command learns that nobody waits any more', async () => {
  let told: AbortSignal | undefined;
  const host = hostWith({}, (_, signal) => {
    told = signal;
    return new Promise(() => {});
  });
  const reference = await referenceTo({ command: ['op'] }, host);
  await errorOf(() => reference.read());
  expect(told?.aborted).toBe(true);
});
