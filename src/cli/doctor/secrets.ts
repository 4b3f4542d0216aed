/** Where the secrets of this call come from, and whether they are worth the name. None is fetched from a program or another source. */
import { resolve } from 'node:path';
import { PadlockError } from '../../core/errors.ts';
import { doubtful, type Finding, failing, fine } from '../../core/finding.ts';
import { isReference } from '../../core/layer.ts';
import { isOpenToOthers } from '../../core/private-file.ts';
import type { Entry, Settings } from '../../core/settings.ts';
import { excerpt } from '../../core/text.ts';
import { isMemorable } from '../../core/weak-secrets.ts';
import type { Context } from '../command.ts';

/** Bytes that HS256 needs (RFC 7518 §3.2). */
const SHORTEST = 32;

export async function secrets(context: Context, settings: Settings): Promise<readonly Finding[]> {
  const entries = settings.entries().filter(({ option }) => option.secret === true);
  const found = (await Promise.all(entries.map((entry) => examined(entry, context)))).flat();
  if (found.length > 0 || entries.length === 0) return found;
  return [fine('secrets', `They come from ${entries.map(({ place }) => place.name).join(', ')}.`)];
}

async function examined({ key, place, raw }: Entry, { config, registry, world }: Context): Promise<readonly Finding[]> {
  const isHmacKey = registry.option(key)?.owners.some(({ kind }) => kind === 'verifier') === true;
  if (!isReference(raw)) return weakness(String(raw.raw), place.name, isHmacKey);
  const { env, file } = raw.reference ?? {};
  if (typeof env === 'string') {
    const value = world.host.env(env);
    return value
      ? weakness(value, place.name, isHmacKey)
      : [missing(`${place.name} names the variable ${excerpt(env, 60)}, which is not set.`)];
  }
  return typeof file === 'string' ? ofFile(resolve(config?.directory ?? world.cwd, file), place.name, world) : [];
}

function weakness(secret: string, name: string, isHmacKey: boolean): readonly Finding[] {
  if (isMemorable(secret)) return [doubtful('secrets', `${name} is one that anybody would try first.`, 'Ask the provider for another.')];
  const bytes = Buffer.byteLength(secret);
  if (!isHmacKey || bytes >= SHORTEST) return [];
  return [
    doubtful(
      'secrets',
      `${name} has ${bytes} bytes; ID tokens that are signed with it (HS256) are refused, because it could be guessed.`,
      `Ask the provider for one of at least ${SHORTEST} bytes, or for tokens that it signs with a private key.`,
    ),
  ];
}

async function ofFile(path: string, name: string, { files }: Context['world']): Promise<readonly Finding[]> {
  const facts = await files.facts(path, true);
  const shown = excerpt(path, 200);
  if (facts === undefined) return [missing(`${name} names ${shown}, which is not there.`)];
  return isOpenToOthers(facts) ? [doubtful('secrets', `${name}: other users may read ${shown}.`, `Run: chmod 600 ${shown}`)] : [];
}

const missing = (message: string): Finding => failing('secrets', new PadlockError('config_missing_credential', { message }));
