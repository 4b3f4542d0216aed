/** What can be told of a store's directory from outside: who may read it, who is at work in it, what was left there. */
import type { Claims } from './file-claim.ts';
import { doubtful, type Finding, fine } from './finding.ts';
import type { Clock, Files } from './ports.ts';
import { isOpenToOthers, ownFacts } from './private-file.ts';
import { originalName } from './set-aside.ts';
import { excerpt } from './text.ts';

export interface ReportedDirectory {
  readonly files: Files;
  readonly claims: () => Promise<Claims>;
  readonly clock: Clock;
  readonly directory: string;
}

const CLAIM = /\.(lock|lease)$/;
/** Milliseconds; whoever is at work renews what it holds sooner. */
const LONG = 60_000;

/** Undefined where there is no such directory. Throws `store_*` for one that is not the caller's own. */
export async function reportDirectory(reported: ReportedDirectory): Promise<readonly Finding[] | undefined> {
  const { directory, files } = reported;
  if ((await ownFacts(files, directory, 'directory')) === undefined) return undefined;
  const names = await files.list(directory);
  return [await permissions(reported, names), await locks(reported, names), ...damaged(names)];
}

async function permissions({ directory, files }: ReportedDirectory, names: readonly string[]): Promise<Finding> {
  const facts = await Promise.all([directory, ...names.map((name) => `${directory}/${name}`)].map((path) => files.facts(path)));
  const place = excerpt(directory, 200);
  if (facts.some((one) => one?.own === false))
    return doubtful('permissions', 'Files of the store belong to another user.', `Make them yours again: chown -R "$USER" ${place}`);
  if (facts.some((one) => one !== undefined && isOpenToOthers(one)))
    return doubtful('permissions', 'Other users may look at files of the store.', `Run: chmod -R go= ${place}`);
  return fine('permissions', 'No other user may look at the files of the store.');
}

async function locks({ claims: open, clock, directory }: ReportedDirectory, names: readonly string[]): Promise<Finding> {
  const claims = await open();
  const held = await Promise.all(names.filter((name) => CLAIM.test(name)).map((name) => claims.holder(`${directory}/${name}`)));
  const holders = held.filter((holder) => holder !== undefined);
  const stuck = holders.find(({ isLive, since }) => isLive && clock.now() - since > LONG);
  if (stuck !== undefined)
    return doubtful(
      'locks',
      `Process ${stuck.pid ?? 'of another machine'} has held a session for ${Math.round((clock.now() - stuck.since) / 1000)} s.`,
      'If it hangs, end it: the next one takes over at once.',
    );
  const stale = holders.filter(({ isLive }) => !isLive).length;
  if (stale > 0)
    return doubtful(
      'locks',
      `Left by processes that are gone: ${stale}.`,
      'Nothing needs to be done, the next process takes over at once. Many of them tell of programs that are killed.',
    );
  return fine('locks', holders.length === 0 ? 'No session is locked.' : `Held by processes that are at work: ${holders.length}.`);
}

function damaged(names: readonly string[]): readonly Finding[] {
  const aside = names.filter((name) => originalName(name) !== name).length;
  if (aside === 0) return [];
  return [doubtful('damaged sessions', `Set aside: ${aside}.`, 'Look at the disk they are on. padlock logout --all removes them.')];
}
