/** The protocol of claims, step by step, on a disk in memory: a clock that is set, processes that die, and what happens in between. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Claims } from '../../src/core/file-claim.ts';
import { noHost } from '../../src/core/headless.ts';
import type { FileFacts, Files } from '../../src/core/ports.ts';

const PATH = '/state/entry.lock';
const START = Date.parse('2026-11-23T10:00:00Z');

/** The disk of several machines, and all that happens to it. */
class World {
  now = START;
  ticks = 0;
  /** Milliseconds by which the disk's clock differs. */
  skew = 7_000_000;
  readonly disk = new Map<string, { text: string; changedAt: number }>();
  readonly running = new Map<number, boolean | undefined>();
  readonly waits: number[] = [];
  /** Called before a step: `create /state/entry.lock`. */
  before: (step: string) => void = () => {};

  readonly files: Files = {
    read: async (path) => this.#at('read', path) && new TextEncoder().encode(this.disk.get(path)?.text),
    remove: async (path) => {
      this.#at('remove', path);
      this.disk.delete(path);
    },
    facts: async (path): Promise<FileFacts | undefined> => {
      const there = this.#at('facts', path);
      const kind = there?.text === 'a directory' ? 'directory' : 'file';
      return there && { kind, mode: 0o600, own: true, size: there.text.length, changedAt: there.changedAt };
    },
    create: async (path, content) => {
      if (this.#at('create', path) !== undefined) return false;
      this.put(path, String(content));
      return true;
    },
    touch: async (path, content) => {
      if (this.#at('touch', path)?.text !== content) return false;
      this.put(path, content);
      return true;
    },
    move: async (from, to) => {
      const there = this.#at('move', from);
      if (there === undefined) return false;
      this.disk.delete(from);
      this.disk.set(to, there);
      return true;
    },
    list: async () => [...this.disk.keys()],
    write: () => Promise.reject(new Error('not used')),
    restrict: () => Promise.reject(new Error('not used')),
  };

  #at(step: string, path: string): { text: string; changedAt: number } | undefined {
    this.before(`${step} ${path}`);
    return this.disk.get(path);
  }

  put(path: string, text: string, age = 0): void {
    this.disk.set(path, { text, changedAt: this.now + this.skew - age });
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    this.ticks += milliseconds;
  }

  /** Whether the process of that number runs is for `running` to say. */
  claimsOf(pid: number): Claims {
    this.running.set(pid, true);
    const clock = {
      now: () => this.now,
      sleep: async (milliseconds: number) => {
        this.waits.push(milliseconds);
        this.pass(milliseconds);
      },
    };
    const host = {
      ...noHost,
      identity: async () => ({ host: 'here', boot: 'b', namespace: 'n', pid, started: 's' }),
      isRunning: async (process: { pid: number }) => this.running.get(process.pid),
    };
    return new Claims({ files: this.files, host, clock });
  }

  get text(): string | undefined {
    return this.disk.get(PATH)?.text;
  }
}

let world: World;
let one: Claims;
let two: Claims;
beforeEach(() => {
  world = new World();
  jest.spyOn(performance, 'now').mockImplementation(() => world.ticks);
  one = world.claimsOf(1);
  two = world.claimsOf(2);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const taken = async (by: Claims, length = 1000) => {
  const claim = await by.take(PATH, length);
  if (claim === undefined) throw new Error('It was not taken.');
  return claim;
};
const paths = (): readonly string[] => [...world.disk.keys()].sort();

describe('a claim', () => {
  test('is held by one, says by whom, and is free when it is given back', async () => {
    const claim = await taken(one);
    expect(JSON.parse(world.text ?? '')).toEqual({
      process: { host: 'here', boot: 'b', namespace: 'n', pid: 1, started: 's' },
      nonce: expect.stringMatching(/^[\w-]{36}$/),
      length: 1000,
    });
    expect(claim.scratch).toBe(`${PATH}.${JSON.parse(world.text ?? '').nonce}.tmp`);
    expect(await two.take(PATH, 1000)).toBeUndefined();
    expect(await two.holder(PATH)).toEqual({ pid: 1, isLive: true, since: START + world.skew });
    await claim.release();
    expect([paths(), claim.remaining(), await two.holder(PATH)]).toEqual([[], 0, undefined]);
    await taken(two);
  });

  test('is given back once: not what another holds since', async () => {
    const claim = await taken(one);
    await claim.release();
    await taken(two);
    const { text } = world;
    await claim.release();
    expect(world.text).toBe(text);
  });

  test('lasts as long as was asked for, whatever is done to the clock', async () => {
    const claim = await taken(one);
    world.pass(400);
    expect(claim.remaining()).toBe(600);
    world.now -= 1e9; // set back
    expect(claim.remaining()).toBe(600);
    world.now += 1e9 + 300; // the machine slept, which some clocks do not count
    expect(claim.remaining()).toBe(300);
    world.pass(300);
    expect(claim.remaining()).toBe(0);
    world.pass(1);
    expect(claim.remaining()).toBe(0);
  });

  test('begins when its file was asked for, not when it was there', async () => {
    world.before = (step) => step === `create ${PATH}` && world.pass(250);
    expect((await taken(one)).remaining()).toBe(750);
  });

  test('is renewed from the moment in which that was asked for', async () => {
    const claim = await taken(one);
    world.pass(400);
    world.before = (step) => step === `touch ${PATH}` && world.pass(300);
    expect(await claim.renew()).toBe(true);
    expect(claim.remaining()).toBe(700);
    expect(world.disk.get(PATH)?.changedAt).toBe(START + 700 + world.skew);
    world.before = (step) => step === `touch ${PATH}` && world.pass(1000);
    expect(await claim.renew()).toBe(false);
  });

  test('that ended is not revived', async () => {
    const claim = await taken(one);
    world.pass(1000);
    const steps: string[] = [];
    world.before = (step) => steps.push(step);
    expect([await claim.renew(), claim.remaining(), steps]).toEqual([false, 0, []]);
  });

  test('that another has meanwhile is neither renewed nor given back', async () => {
    const claim = await taken(one);
    world.put(PATH, 'another’s');
    expect([await claim.renew(), claim.remaining()]).toEqual([false, 0]);
    await claim.release();
    expect(paths()).toEqual([PATH]);
    const other = await taken(two).catch(() => undefined);
    expect(other).toBeUndefined();
  });

  test('that another has meanwhile is not given back, also where nobody noticed', async () => {
    const claim = await taken(one);
    world.put(PATH, 'another’s');
    await claim.release();
    expect(world.text).toBe('another’s');
  });

  test('that ended before it was given back goes, unless it is being taken over', async () => {
    const late = await taken(one);
    world.pass(1000);
    await late.release();
    expect(paths()).toEqual([]);
    const again = await taken(one);
    world.pass(1000);
    const breaking = await two.take(`${PATH}.break`, 5000);
    await again.release();
    expect(paths()).toEqual([PATH, `${PATH}.break`]);
    await breaking?.release();
  });

  test('in time is given back in one step', async () => {
    const claim = await taken(one);
    const steps: string[] = [];
    world.before = (step) => steps.push(step);
    await claim.release();
    expect(steps).toEqual([`facts ${PATH}`, `read ${PATH}`, `remove ${PATH}`]);
  });
});

describe('a claim of one who is gone', () => {
  test('goes to the next, with the temporary file that was left', async () => {
    const claim = await taken(one);
    world.put(claim.scratch, 'half an entry');
    world.running.set(1, false);
    expect(await two.holder(PATH)).toMatchObject({ pid: 1, isLive: false });
    const next = await taken(two, 500);
    expect(JSON.parse(world.text ?? '')).toMatchObject({ process: { pid: 2 }, length: 500 });
    expect([paths(), next.remaining()]).toEqual([[PATH], 500]);
    await next.release();
    expect(paths()).toEqual([]);
  });

  test('counts from before it was taken over', async () => {
    await taken(one);
    world.running.set(1, false);
    world.before = (step) => step.startsWith('move') && world.pass(200);
    expect((await taken(two)).remaining()).toBe(800);
  });

  test('goes to one of many', async () => {
    await taken(one);
    world.running.set(1, false);
    const all = await Promise.all([two, world.claimsOf(3), world.claimsOf(4), world.claimsOf(5)].map((each) => each.take(PATH, 1000)));
    expect(all.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(paths()).toEqual([PATH]);
  });

  test.each([
    ['is another’s by now', () => world.put(PATH, 'another’s'), () => ['another’s', [PATH]]],
    ['was renewed by now', () => world.put(PATH, world.text ?? '', -1), (text: unknown) => [text, [PATH]]],
    ['was given back by now', () => world.disk.delete(PATH), () => [undefined, []]],
  ])('is left alone where it %s', async (_, change, left) => {
    await taken(one);
    world.running.set(1, false);
    const { text } = world;
    world.before = (step) => {
      if (step !== `create ${PATH}.break`) return;
      world.before = () => {};
      change();
    };
    expect(await two.take(PATH, 1000)).toBeUndefined();
    expect([world.text, paths()]).toEqual(left(text));
  });

  test('is left alone by one who slept while taking it', async () => {
    await taken(one);
    world.running.set(1, false);
    const { text } = world;
    world.before = (step) => {
      if (!step.startsWith('remove')) return;
      world.before = () => {};
      world.pass(5000);
    };
    expect(await two.take(PATH, 1000)).toBeUndefined();
    expect(world.text).toBe(text);
  });

  test('is left to one who takes it already, and to nobody who died over it', async () => {
    await taken(one);
    world.running.set(1, false);
    const breaking = await world.claimsOf(3).take(`${PATH}.break`, 5000);
    expect(await two.take(PATH, 1000)).toBeUndefined();
    expect(breaking?.remaining()).toBe(5000);
    world.running.set(3, false);
    await taken(two);
    expect(paths()).toEqual([PATH]);
  });

  test('is collected, and one of the living is not', async () => {
    await one.collect(PATH);
    const claim = await taken(one);
    world.put(claim.scratch, 'half an entry');
    await two.collect(PATH);
    expect(paths()).toEqual([PATH, claim.scratch].sort());
    world.running.set(1, false);
    await two.collect(PATH);
    expect(paths()).toEqual([]);
  });
});

describe('a claim of one who cannot be seen from here', () => {
  /** Until how many milliseconds after its last sign of life it is believed in. */
  const believedFor = async (text: string): Promise<number> => {
    const isLive = async (age: number): Promise<boolean | undefined> => {
      world.put(PATH, text, age);
      return (await two.holder(PATH))?.isLive;
    };
    for (const limit of [1000, 3000, 601_000]) {
      expect(await isLive(limit)).toBe(true);
      expect(await isLive(-limit)).toBe(true); // by a clock that was set back
      if (!(await isLive(limit + 1))) {
        expect(await isLive(-limit - 1)).toBe(false);
        return limit;
      }
    }
    throw new Error('It is believed in for ever.');
  };
  const process = { host: 'there', boot: 'b', namespace: 'n', pid: 9, started: 's' };
  const claim = { process, nonce: '01234567', length: 2000 };

  test('is believed in for its length and a second, by the clock of the disk', async () => {
    expect(await believedFor(JSON.stringify(claim))).toBe(3000);
    expect(await believedFor(JSON.stringify({ ...claim, length: 0 }))).toBe(1000);
    expect(paths()).toEqual([PATH]);
    const unknown = { pid: 9 }; // of an account that knows nothing of itself
    expect(await believedFor(JSON.stringify({ ...claim, process: unknown }))).toBe(3000);
    expect(await believedFor(JSON.stringify({ ...claim, nonce: 'x-_'.repeat(21) }))).toBe(3000);
  });

  test('is not believed in for longer than ten minutes', async () => {
    expect(await believedFor(JSON.stringify({ ...claim, length: 1e9 }))).toBe(601_000);
  });

  test.each<[string, unknown]>([
    ['nothing', ''],
    ['half of it', JSON.stringify(claim).slice(0, 40)],
    ['a list', '[]'],
    ['no process', { ...claim, process: undefined }],
    ['a process that is null', { ...claim, process: null }],
    ['no nonce', { ...claim, nonce: undefined }],
    ['a nonce that is a number', { ...claim, nonce: 12_345_678 }],
    ['a nonce that is a path', { ...claim, nonce: '../../../etc' }],
    ['a nonce with a line end', { ...claim, nonce: '01234567\n' }],
    ['a short nonce', { ...claim, nonce: '0123456' }],
    ['a long nonce', { ...claim, nonce: 'x'.repeat(65) }],
    ['no length', { ...claim, length: undefined }],
    ['a length that is a text', { ...claim, length: '2000' }],
    ['a length below zero', { ...claim, length: -1 }],
    ['no pid', { ...claim, process: { ...process, pid: undefined } }],
    ['half a pid', { ...claim, process: { ...process, pid: 9.5 } }],
    ...['host', 'boot', 'namespace', 'started'].map((name): [string, unknown] => [
      `a ${name} that is a number`,
      { ...claim, process: { ...process, [name]: 1 } },
    ]),
  ])('is believed in for a second where it says %s', async (_, said) => {
    expect(await believedFor(typeof said === 'string' ? said : JSON.stringify(said))).toBe(1000);
    expect(await two.holder(PATH)).toMatchObject({ pid: undefined });
  });

  test('goes to the next then, and what is no file waits as long', async () => {
    for (const text of ['', 'a directory']) {
      world.put(PATH, text, 1000);
      expect(await two.take(PATH, 1000)).toBeUndefined();
      world.put(PATH, text, 1001);
      await (await taken(two)).release();
    }
    expect(paths()).toEqual([]);
  });

  test('is compared with this machine’s clock where the disk does not tell', async () => {
    world.skew = 0;
    world.put(PATH, '', 1000);
    const lost = /^facts .*[.]tmp$/;
    world.before = (step) => {
      if (lost.test(step)) world.disk.delete(step.slice('facts '.length));
    };
    expect(await two.holder(PATH)).toMatchObject({ isLive: true });
    world.put(PATH, '', 1001);
    expect(await two.holder(PATH)).toMatchObject({ isLive: false });
  });
});

describe('who comes in between', () => {
  test('and gives it back at once is no hindrance', async () => {
    world.put(PATH, 'another’s');
    world.before = (step) => step === `facts ${PATH}` && world.disk.delete(PATH);
    await taken(one);
  });

  test('again and again, is waited for', async () => {
    let seen = 0;
    world.before = (step) => {
      if (step === `create ${PATH}`) world.put(PATH, 'another’s');
      else if (step === `facts ${PATH}` && ++seen > 0) world.disk.delete(PATH);
    };
    expect([await one.take(PATH, 1000), seen]).toEqual([undefined, 3]);
  });
});

describe('waiting', () => {
  test('ends when it is free', async () => {
    const claim = await taken(one);
    const sleeping = world.waits;
    world.before = (step) => {
      if (sleeping.length === 3 && step === `create ${PATH}`) world.disk.delete(PATH);
    };
    expect((await two.hold(PATH, 1000, 5000)).remaining()).toBe(1000);
    expect(sleeping).toHaveLength(3);
    expect(claim.remaining()).toBeLessThan(1000);
  });

  test('gets longer, up to a tenth of a second, each time a little otherwise, and ends', async () => {
    await taken(one);
    await expect(two.hold(PATH, 1000, 5000)).rejects.toMatchObject({ code: 'store_locked', hint: expect.stringContaining('hangs') });
    const [first = 0] = world.waits;
    expect(first).toBeGreaterThanOrEqual(2);
    expect(first).toBeLessThanOrEqual(6);
    let pause = 4;
    for (const wait of world.waits) {
      expect(wait).toBeGreaterThanOrEqual(pause * 0.5);
      expect(wait).toBeLessThanOrEqual(pause * 1.5);
      pause = Math.min(64, pause * 1.5);
    }
    const all = world.waits.reduce((sum, wait) => sum + wait, 0);
    expect(all).toBeGreaterThan(5000);
    expect(all - (world.waits.at(-1) ?? 0)).toBeLessThanOrEqual(5000);
  });
});
