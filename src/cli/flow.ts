/** Which flow, when nobody said: on a terminal it is asked for, elsewhere the error has the list. */

import { fail } from '../core/errors.ts';
import { providerOptions, requestOptions } from '../core/general-options.ts';
import type { ProviderInfo } from '../core/messages.ts';
import type { Settings } from '../core/settings.ts';
import type { Context } from './command.ts';

interface Candidate {
  readonly name: string;
  readonly summary: string;
  readonly listed: boolean;
  readonly discouraged: boolean;
}

/** Flows, best first: what the provider lists before what it does not, and a discouraged one last. */
function candidates({ registry }: Context, listed: readonly string[] | undefined): readonly Candidate[] {
  return registry
    .list('grant')
    .map(({ name, summary, grantType, deprecated }) => ({
      name,
      summary,
      listed: listed === undefined || grantType === undefined || listed.includes(grantType),
      discouraged: deprecated !== undefined,
    }))
    .sort((a, b) => Number(a.discouraged) - Number(b.discouraged) || Number(b.listed) - Number(a.listed));
}

/** The settings with a flow in them. Throws `usage_missing_flow`. */
export async function chooseFlow(context: Context, settings: Settings): Promise<Settings> {
  if (settings.has('flow')) return settings;
  const { issuer, clientId } = settings.pick(providerOptions);
  const prompt = (await context.ports()).prompt;
  const flows = candidates(context, undefined);
  if (issuer === undefined || clientId === undefined || !prompt?.available) {
    const list = flows.map(({ name, summary }) => `${name} (${summary})`).join(', ');
    const line = `padlock auth${issuer === undefined ? ' --issuer URL' : ''}${clientId === undefined ? ' --client-id ID' : ''} --flow ${flows[0]?.name ?? 'FLOW'}`;
    fail('usage_missing_flow', 'No flow was chosen.', {
      hint: `There are ${list}. For example: ${line}. To try Padlock without a provider: padlock auth --sandbox.`,
    });
  }
  const { provider } = await context.services(settings);
  const info = await provider.info(issuer, clientId, context.world.signal);
  const flow = await prompt.ask({ message: 'How do you want to sign in?', choices: flowChoices(context, info) }, context.world.signal);
  return settings.choosing('flow', requestOptions.flow, flow);
}

/** The flows as a human chooses among them: the best first, and of each what it is. */
export const flowChoices = (context: Context, { metadata }: ProviderInfo): { value: string; label: string; hint: string }[] =>
  candidates(context, metadata.grant_types_supported).map(({ name, summary, listed, discouraged }) => ({
    value: name,
    label: name,
    hint: `${summary}${listed ? '' : '; not listed by this provider'}${discouraged ? '; discouraged' : ''}`,
  }));
