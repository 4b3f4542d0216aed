/** `NODE_TLS_REJECT_UNAUTHORIZED=0`: said at each run, because somebody who set it once may have forgotten it. */
import type { Notice } from '../core/ports.ts';
import type { World } from './world.ts';

const NOTICE: Notice = {
  code: 'tls_checks_disabled',
  message:
    'NODE_TLS_REJECT_UNAUTHORIZED=0 is set. Padlock checks the certificates of providers all the same; a connection to Redis and other programs do not.',
};

/** Undefined where Node.js was told nothing of the kind. */
export const uncheckedTls = ({ host }: Pick<World, 'host'>): Notice | undefined =>
  host.env('NODE_TLS_REJECT_UNAUTHORIZED') === '0' ? NOTICE : undefined;
