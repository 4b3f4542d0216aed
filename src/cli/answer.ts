/** An answer → stdout, in the format that was chosen, and the exit code. */

import { guarded } from '../core/guard.ts';
import type { JsonObject } from '../core/json-value.ts';
import type { View } from '../core/view.ts';
import type { Answer, Context } from './command.ts';
import { report } from './report.ts';

/** Prints what a command answered. A failure that belongs to the answer is reported after it. */
export async function print({ view, text, failure, exit }: Answer, context: Context): Promise<number> {
  const { manners, registry, redactor, world } = context;
  if (text !== undefined && (view === undefined || (await context.format()) === 'table')) await world.stdout.write(text);
  else if (view !== undefined) {
    const format = await context.format();
    const formatter = await registry.use('formatter', format);
    const style = { width: world.stdout.columns, colour: manners.colour };
    const out = await guarded(
      registry.origin('formatter', format),
      () => formatter.format(warned(view, context), style),
      (result) => typeof result === 'string',
    );
    await world.stdout.write(`${out}\n`);
  }
  if (failure === undefined) return exit ?? 0;
  return report(failure, {
    stderr: world.stderr,
    machine: context.machine(),
    debug: manners.verbosity === 'debug',
    mask: (line) => redactor.mask(line),
  });
}

/** The CLI's own warnings stand beside the answer's. */
function warned(view: View, { warnings }: Context): View {
  if (warnings.length === 0) return view;
  const { document } = view;
  if (!Array.isArray(document.warnings)) return view;
  const said = new Set(document.warnings.map((one) => JSON.stringify(one)));
  const own = warnings.map(({ code, message }) => ({ code, message })).filter((one) => !said.has(JSON.stringify(one)));
  return { ...view, document: { ...document, warnings: [...own, ...document.warnings] } satisfies JsonObject };
}
