import type { Source } from '../../core/contracts.ts';

const USUAL = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The token of a pod's service account. It is read each time: the kubelet replaces it long before it expires. */
export const kubernetes: Source = {
  kind: 'source',
  name: 'kubernetes',
  summary: "the token of the pod's service account, projected into a file",
  argument: 'path',
  async read(argument, host) {
    const path = argument ?? USUAL;
    if (typeof path !== 'string' || path === '' || path.includes('\0'))
      return host.fail('config_schema', { message: 'must name the file of a projected token.' });
    return host.read(path);
  },
};
