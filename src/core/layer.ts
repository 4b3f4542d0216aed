/** One place that options can be set in. */
import type { JsonObject } from './json-value.ts';
import type { Option, OptionValue, Place } from './options.ts';
import type { DeclaredOption } from './registry.ts';

/** Highest first. `program` is what an embedder passed, `sandbox` what `--sandbox` stands for, `preset` what a preset makes of its parameters. */
export const LAYERS = ['program', 'flag', 'sandbox', 'env', 'project', 'profile', 'preset', 'default'] as const;
export type LayerName = (typeof LAYERS)[number];

/** A value as it was given, not read yet. */
export interface Given {
  readonly place: Place;
  readonly raw: unknown;
}

/** A secret that is somewhere else, and is fetched when it is needed. */
export interface Reference {
  readonly place: Place;
  read(signal?: AbortSignal): Promise<string>;
  /** What a profile would write for it, as in `{ file: /run/secrets/x }`; absent where nothing can be written (stdin). */
  readonly reference?: JsonObject;
}

export type Raw = Given | Reference;
export const isReference = (raw: Raw): raw is Reference => 'read' in raw;

/** What one place says, by option key. */
export interface Layer {
  readonly name: LayerName;
  readonly values: ReadonlyMap<string, Raw>;
  /** Values that are there and must not be used, and why: one sentence for the hint of the error that misses them. */
  readonly unused?: ReadonlyMap<string, string>;
}

/** The value in force: a secret as it was given, anything else read as it was declared. */
export interface Chosen {
  readonly layer: LayerName;
  readonly place: Place;
  readonly option: Option;
  readonly raw: Raw;
  /** Undefined for a secret. */
  readonly value: OptionValue | undefined;
}

export interface Merged {
  readonly chosen: ReadonlyMap<string, Chosen>;
  readonly unused: ReadonlyMap<string, string>;
}

/** Where sessions are kept has nothing to do with the provider that they are of. */
export const isOfStore = ({ owners }: DeclaredOption): boolean => owners.length > 0 && owners.every(({ kind }) => kind === 'store');
