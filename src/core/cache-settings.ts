import { token } from './inject.ts';
import type { Files } from './ports.ts';

/** Where documents are kept besides memory, and what an entry depends on besides its URL. */
export interface CacheSettings {
  /** Undefined: nothing is read from or written to a disk (no files at all, or `--no-cache`). */
  readonly files?: Files | undefined;
  /** The authority trusted for this call: another one may have led to another server. */
  readonly ca?: string | undefined;
}
export const CacheSettings = token<CacheSettings>('CacheSettings');
