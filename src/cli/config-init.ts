/**
 * `padlock config init [NAME]`: from nothing to a profile that signed in; without a terminal, a profile from
 * what was given. It takes nothing from a profile that is there already.
 */
import { saveProfile, setDefaultProfile } from '../core/config-changes.ts';
import { fail, isPadlockError, type PadlockError } from '../core/errors.ts';
import { providerOptions, runOptions } from '../core/general-options.ts';
import { issuerUrl } from '../core/issuer-url.ts';
import type { ProviderInfo } from '../core/messages.ts';
import { defineOptions, quoted } from '../core/options.ts';
import type { Prompt } from '../core/ports.ts';
import type { Session } from '../core/session.ts';
import { sessionView } from '../core/session-view.ts';
import type { Settings } from '../core/settings.ts';
import { excerpt } from '../core/text.ts';
import type { Answer, Context } from './command.ts';
import { configPlaceOf } from './config-place.ts';
import { type Answers, askProvider, type Interview, tell } from './config-provider.ts';
import { flowChoices } from './flow.ts';
import { savable } from './save.ts';

const asked = defineOptions({
  issuer: { ...providerOptions.issuer, required: true },
  clientId: { ...providerOptions.clientId, required: true, prompt: 'Client ID' },
});

export async function initProfile(context: Context, name = 'default'): Promise<Answer> {
  const { config } = context;
  if (config?.profiles.has(name))
    fail('usage_conflict', `There is a profile ${quoted(name)} already.`, {
      hint: `Give another name, or edit ${excerpt(config.path, 200)}.`,
    });
  const { prompt } = await context.ports();
  return prompt?.available ? await interview(context, name, prompt) : await written(context, name, await context.settingsAlone());
}

/** Asks, signs in with the answers, and writes them down once that worked. */
async function interview(context: Context, name: string, prompt: Prompt): Promise<Answer> {
  const answers: Answers = new Map();
  const info = await providerOf({ context, answers, prompt });
  await secret(context, answers, prompt);
  for (;;) {
    const settings = await choosing(context, name, answers, info, prompt);
    const { error, session } = await attempt(context, settings);
    if (session !== undefined) {
      await written(context, name, settings);
      return { view: sessionView(session, { showTokens: false, now: context.world.clock.now() }) };
    }
    await tell(context, error, 'That did not work: ');
    const next = await prompt.ask({ message: 'What now?', choices: afterwards(error) }, context.world.signal);
    if (next === 'save') return written(context, name, settings);
    if (next === 'stop') throw error;
    if (next === 'auth')
      answers.set('clientAuth', await prompt.ask({ message: 'How?', choices: authChoices(context, info) }, context.world.signal));
    else answers.delete('flow');
  }
}

const afterwards = ({ code }: PadlockError): { value: string; label: string; hint?: string }[] => [
  ...(code === 'client_invalid' ? [{ value: 'auth', label: 'let the client prove itself in another way' }] : []),
  { value: 'again', label: 'try again', hint: 'with the same flow or another' },
  { value: 'save', label: 'save the profile all the same' },
  { value: 'stop', label: 'stop, and save nothing' },
];

/** What the provider lists, else everything. */
function authChoices({ registry }: Context, { metadata }: ProviderInfo): { value: string; label: string; hint: string }[] {
  const listed = metadata.token_endpoint_auth_methods_supported;
  const known = registry.list('client-auth').map(({ method, name, summary }) => ({ method, value: name, label: name, hint: summary }));
  const fitting = known.filter(({ method }) => listed?.includes(method) ?? true);
  return (fitting.length > 0 ? fitting : known).map(({ hint, label, value }) => ({ hint, label, value }));
}

/** Who the provider is, and which client this is of it. */
async function providerOf(interview: Interview): Promise<ProviderInfo> {
  const { context, answers, prompt } = interview;
  const asking = { prompt, signal: context.world.signal };
  const issuer = await askProvider(interview);
  const { clientId } = await (await context.settingsAlone(answers)).values({ clientId: asked.clientId }, 'a profile', asking);
  answers.set('clientId', clientId);
  return (await context.services(await context.settingsAlone(answers))).provider.info(issuer, clientId, asking.signal);
}

/** Where the client's secret is, if it has one: a profile holds no secret. */
async function secret(context: Context, answers: Answers, prompt: Prompt): Promise<void> {
  if ((await context.settingsAlone(answers)).has('clientSecret')) return;
  const place = await prompt.ask({ message: 'Does the client have a secret?', choices: SECRETS }, context.world.signal);
  if (place === 'file') answers.set('clientSecretFile', await prompt.ask({ message: 'The file that holds it' }, context.world.signal));
  if (place === 'ask') answers.set('clientSecret', await prompt.ask({ message: 'Client secret', secret: true }, context.world.signal));
}
const SECRETS = [
  { value: 'none', label: 'no', hint: 'a public client, as most command line tools are' },
  { value: 'file', label: 'yes, in a file', hint: 'the profile says where it is' },
  { value: 'ask', label: 'yes, I type it', hint: 'it is not saved: give it again, or name its place in the profile' },
];

/** The settings of the answers with a flow in them, for a session of this profile. */
async function choosing(context: Context, name: string, answers: Answers, info: ProviderInfo, prompt: Prompt): Promise<Settings> {
  const settings = await context.settingsAlone(answers);
  if (!settings.has('flow'))
    answers.set(
      'flow',
      await prompt.ask({ message: 'How do you want to sign in?', choices: flowChoices(context, info) }, context.world.signal),
    );
  return (await context.settingsAlone(answers)).choosing('profile', runOptions.profile, name);
}

type Attempt = { readonly session: Session; readonly error?: never } | { readonly session?: never; readonly error: PadlockError };

async function attempt(context: Context, settings: Settings): Promise<Attempt> {
  const padlock = await context.padlock(settings);
  try {
    return { session: await padlock.authenticate({ signal: context.world.signal }) };
  } catch (error) {
    if (!isPadlockError(error) || error.category === 'cancelled') throw error;
    return { error };
  }
}

/** Writes the profile, and makes it the default where there is none. */
async function written(context: Context, name: string, settings: Settings): Promise<Answer> {
  const { config, registry, world } = context;
  const { clientId, issuer } = await settings.values(asked, 'a profile', { signal: world.signal });
  issuerUrl(issuer, { name: 'The issuer', kind: 'config' });
  const flow = settings.text('flow');
  if (flow !== undefined && flow !== 'auto') registry.record('grant', flow);
  const place = configPlaceOf(context);
  const { left, path } = await saveProfile(world.files, place, name, settings, savable(registry, flow, settings.text('provider')), {
    ...(settings.origin('issuer')?.layer !== 'preset' && { issuer }),
    clientId,
    flow,
  });
  if (config?.defaultProfile === undefined && path !== undefined) await setDefaultProfile(world.files, place, name);
  await context.say(`Wrote profile ${name} to ${excerpt(path ?? 'no file', 200)}. Sign in with: ${context.program.name} auth -p ${name}`);
  if (left.length > 0) await context.say(`Not written, because secrets stay out of it: ${left.map((flag) => `--${flag}`).join(', ')}.`);
  return {};
}
