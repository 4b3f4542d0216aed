/** Which provider a new profile is for: one that Padlock knows and what its issuer is built of, or an issuer; asked until it answers. */
import { isPadlockError, type PadlockError } from '../core/errors.ts';
import { providerOptions } from '../core/general-options.ts';
import { defineOptions, type Option } from '../core/options.ts';
import type { Prompt } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import { excerpt } from '../core/text.ts';
import type { Context } from './command.ts';

/** What a human was asked, as the flags that say the same. */
export type Answers = Map<string, unknown>;

/** Somebody who is asked for a profile. */
export interface Interview {
  readonly context: Context;
  readonly answers: Answers;
  readonly prompt: Prompt;
}

const asked = defineOptions({ issuer: { ...providerOptions.issuer, required: true, prompt: "The provider's issuer URL" } });

/** None of those that Padlock knows. */
const OTHER = '';

/** The issuer, once it answered. What was asked on the way is among the answers, as flags say it. */
export async function askProvider({ context, answers, prompt }: Interview): Promise<string> {
  const { signal } = context.world;
  const given = await context.settingsAlone();
  if (!given.has('issuer') && !given.has('provider')) {
    const name = await prompt.ask({ message: 'Who is the provider?', choices: choicesOf(context) }, signal);
    if (name !== OTHER) answers.set('provider', name);
  }
  for (;;) {
    const typed: string[] = [];
    try {
      typed.push(...(await askParameters({ context, answers, prompt })));
      const settings = await context.settingsAlone(answers);
      if (!settings.has('issuer')) typed.push('issuer');
      const { issuer } = await settings.values(asked, 'a profile', { prompt, signal });
      await (await context.services(settings)).provider.info(issuer, '', signal);
      await context.say(`Found ${excerpt(issuer, 200)}.`);
      if (settings.origin('issuer')?.layer !== 'preset') answers.set('issuer', issuer);
      return issuer;
    } catch (error) {
      if (!isPadlockError(error) || typed.length === 0 || error.category === 'cancelled') throw error;
      await tell(context, error);
      for (const key of typed) answers.delete(key);
    }
  }
}

export async function tell(context: Context, { hint, message }: PadlockError, before = ''): Promise<void> {
  await context.say(`${before}${message}`);
  if (hint !== undefined) await context.say(hint);
}

const choicesOf = ({ registry }: Context): { value: string; label: string; hint: string }[] => [
  { value: OTHER, label: 'somebody else', hint: 'any provider of OpenID Connect, by its issuer URL' },
  ...registry.list('provider').map(({ name, summary }) => ({ value: name, label: name, hint: summary })),
];

/** Asks for what the issuer of a known provider is built of, and nobody said. Returns the keys of what was asked. */
async function askParameters({ context, answers, prompt }: Interview): Promise<readonly string[]> {
  const settings = await context.settingsAlone(answers);
  const name = settings.text('provider');
  if (name === undefined) return [];
  const { issuers, options = {} } = context.registry.record('provider', name);
  const open = Object.entries<Option>(options).filter(([key]) => !settings.has(key) && isPartOf(issuers, key, settings));
  for (const [key, option] of open) {
    const answer = await askOne(option, { context, answers, prompt });
    if (answer !== '') answers.set(key, answer);
  }
  return open.map(([key]) => key);
}

/** A server of one's own starts from its issuer, where one is given: then only what is added to that is open. */
const isPartOf = (issuers: readonly string[], key: string, settings: Settings): boolean => {
  const own = settings.has('issuer') && settings.origin('issuer')?.layer !== 'preset';
  return !own || issuers.some((issuer) => issuer.includes('{issuer}') && issuer.includes(`{${key}}`));
};

async function askOne({ required, summary }: Option, { context, prompt }: Interview): Promise<string> {
  const question = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}${required ? '' : ' (or nothing)'}`;
  for (;;) {
    const answer = (await prompt.ask({ message: question }, context.world.signal)).trim();
    if (answer !== '' || required !== true) return answer;
  }
}
