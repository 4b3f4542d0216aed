/** Node.js, and what of the environment changes whom it trusts. */
import { X509Certificate } from 'node:crypto';
import { isPadlockError } from '../../core/errors.ts';
import { doubtful, type Finding, fine } from '../../core/finding.ts';
import { excerpt } from '../../core/text.ts';
import { uncheckedTls } from '../unchecked-tls.ts';
import type { World } from '../world.ts';

/** When the releases that Padlock runs on get no more fixes. */
const ENDS: Readonly<Record<string, string>> = { 20: '2026-04-30', 22: '2027-04-30', 24: '2028-04-30' };

/** `version` without a v; `now` in milliseconds. */
export function nodeFinding(version: string, now: number): Finding {
  const [major = ''] = version.split('.');
  const end = ENDS[major];
  return end === undefined || now < Date.parse(end)
    ? fine('node', `Node.js ${version}.`)
    : doubtful('node', `Node.js ${version} gets no security fixes since ${end}.`, 'Update Node.js.');
}

export async function environment({ files, host }: Pick<World, 'files' | 'host'>): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const unchecked = uncheckedTls({ host });
  if (unchecked !== undefined)
    found.push(
      doubtful(
        'environment',
        unchecked.message,
        'Unset it, and give the certificate of your own authority with --ca-file or NODE_EXTRA_CA_CERTS.',
      ),
    );
  const extra = host.env('NODE_EXTRA_CA_CERTS');
  const wrong = extra ? await fault(extra, files) : undefined;
  if (extra && wrong !== undefined)
    found.push(
      doubtful(
        'environment',
        `NODE_EXTRA_CA_CERTS names ${excerpt(extra, 200)}, which ${wrong}: Node.js passes over it.`,
        'Name a file of PEM certificates, or unset it.',
      ),
    );
  return found.length > 0
    ? found
    : [fine('environment', extra ? 'Authorities in NODE_EXTRA_CA_CERTS are trusted, too.' : 'Nothing in it changes whom Node.js trusts.')];
}

async function fault(path: string, files: World['files']): Promise<string | undefined> {
  try {
    const content = await files.read(path);
    if (content === undefined) return 'is not there';
    new X509Certificate(content);
    return undefined;
  } catch (error) {
    return isPadlockError(error) ? 'cannot be read' : 'holds no certificate';
  }
}
