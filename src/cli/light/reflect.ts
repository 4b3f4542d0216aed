/**
 * Reflect for the bundled CLI, with the three functions of reflect-metadata that tsyringe calls. esbuild's `inject` puts it in place of the
 * free name `Reflect` (scripts/build.mjs); no global is changed, so Padlock also runs where nobody may: node --frozen-intrinsics.
 */

const metadata = new WeakMap<object, Map<unknown, unknown>>();

const getOwnMetadata = (key: unknown, target: object): unknown => metadata.get(target)?.get(key);

function getMetadata(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null)
    if (metadata.get(at)?.has(key)) return getOwnMetadata(key, at);
  return undefined;
}

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const known = metadata.get(target) ?? new Map<unknown, unknown>();
  metadata.set(target, known.set(key, value));
}

const Light: typeof globalThis.Reflect = Object.assign(Object.create(globalThis.Reflect), { defineMetadata, getMetadata, getOwnMetadata });

export { Light as Reflect };
