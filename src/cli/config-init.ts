/** `padlock config init [NAME]`: a profile from flags, variables and, on a terminal, questions. */
import { saveProfile, setDefaultProfile } from '../core/config-changes.ts';
import { fail } from '../core/errors.ts';
import { providerOptions } from '../core/general-options.ts';
import { issuerUrl } from '../core/issuer-url.ts';
import { defineOptions, quoted } from '../core/options.ts';
import { excerpt } from '../core/text.ts';
import type { Answer, Context } from './command.ts';
import { configPlaceOf } from './config-place.ts';
import { savable } from './save.ts';

const asked = defineOptions({
  issuer: { ...providerOptions.issuer, required: true, prompt: "The provider's issuer URL" },
  clientId: { ...providerOptions.clientId, required: true, prompt: 'Client ID' },
});

export async function initProfile(context: Context, name = 'default'): Promise<Answer> {
  const { config, registry, world } = context;
  if (config?.profiles.has(name))
    fail('usage_conflict', `There is a profile ${quoted(name)} already.`, {
      hint: `Give another name, or edit ${excerpt(config.path, 200)}.`,
    });
  const settings = await context.settings();
  const { prompt } = await context.ports();
  const { clientId, issuer } = await settings.values(asked, 'a profile', { prompt, signal: world.signal });
  issuerUrl(issuer, { name: 'The issuer', kind: 'config' });
  const choices = registry.list('grant').map(({ name: value, summary }) => ({ value, label: value, hint: summary }));
  const chosen =
    settings.get('flow') ?? (prompt?.available ? await prompt.ask({ message: 'How will you sign in?', choices }, world.signal) : undefined);
  const flow = chosen === undefined ? undefined : registry.record('grant', String(chosen)).name;
  const place = configPlaceOf(context);
  const { left, path } = await saveProfile(world.files, place, name, settings, savable(registry, flow), { issuer, clientId, flow });
  if (config?.defaultProfile === undefined && path !== undefined) await setDefaultProfile(world.files, place, name);
  await context.say(`Wrote profile ${name} to ${excerpt(path ?? 'no file', 200)}. Sign in with: ${context.program.name} auth -p ${name}`);
  if (left.length > 0) await context.say(`Not written, because secrets stay out of it: ${left.map((flag) => `--${flag}`).join(', ')}.`);
  return {};
}
