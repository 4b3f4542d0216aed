/** Listing what can be chosen by name. */
import { type Grant, KINDS, type Kind } from '../../core/contracts.ts';
import { fail } from '../../core/errors.ts';
import { kindLabel } from '../../core/registry.ts';
import { didYouMean } from '../../core/text.ts';
import { listView } from '../../core/view.ts';
import type { Answer, Context } from '../command.ts';
import { definitions, widthOf } from '../layout.ts';

type Described = { readonly name: string; readonly summary: string; readonly origin: string } & Partial<NonNullable<Grant['guide']>>;
const described = ({ name, origin, summary }: Described): readonly [string, string] => [
  name,
  origin === 'padlock' ? summary : `${summary} (plugin ${origin})`,
];

/** A flow with what helps to choose it. */
const guided = ({ avoid, needs, use, ...one }: Described, width: number): string => {
  const pairs: [string, string][] = [];
  if (use !== undefined) pairs.push(['when', use]);
  if (avoid !== undefined) pairs.push(['when not', avoid]);
  if (needs !== undefined) pairs.push(['needs', needs]);
  return `${definitions([described(one)], width)}\n${pairs.length === 0 ? '' : `${definitions(pairs, width)}\n`}`;
};

export async function run({ registry, words: [kind], world }: Context): Promise<Answer> {
  if (kind !== undefined && !(KINDS as readonly string[]).includes(kind))
    fail('usage_bad_value', 'There is no such kind of strategy.', { hint: didYouMean(kind, KINDS) });
  const kinds = kind === undefined ? KINDS : [kind as Kind];
  const rows = kinds.flatMap((one) =>
    registry.list(one).map(({ name, summary, ...more }) => ({
      kind: one,
      name,
      summary,
      label: kindLabel(one),
      origin: registry.origin(one, name).plugin ?? 'padlock',
      ...('guide' in more && more.guide),
    })),
  );
  const width = widthOf(world.stdout.columns);
  const body = (group: readonly Described[], columns: number): string =>
    kind === 'grant' ? group.map((one) => guided(one, columns)).join('\n') : `${definitions(group.map(described), columns)}\n`;
  const groups = kinds
    .map((one) => rows.filter((row) => row.kind === one))
    .filter(([first]) => first !== undefined)
    .map((group) => `${group[0]?.label}\n${body(group, width)}`);
  return {
    text: groups.join('\n'),
    view: listView(
      'Strategies',
      [
        { key: 'label', label: 'Kind' },
        { key: 'name', label: 'Name' },
        { key: 'summary', label: 'What it is' },
        { key: 'origin', label: 'From' },
      ],
      rows,
      'strategies',
    ),
  };
}
