/** The algorithm that signed a client's first verified ID token: trust on first use, so that no later answer can weaken it. */
import { inject, injectable } from './inject.ts';
import { Files, Host } from './ports.ts';

/** Whose tokens: the same client at the same issuer, in the same profile. */
export interface PinSubject {
  readonly profile: string | undefined;
  readonly issuer: string;
  readonly clientId: string;
}

/** One small file per client in the state directory, or memory where nothing is kept on disk. */
@injectable()
export class AlgorithmPins {
  readonly #files: Files | undefined;
  readonly #directory: string | undefined;
  readonly #memory = new Map<string, string>();

  constructor(@inject(Files) files: Files | undefined, @inject(Host) host: Host) {
    this.#files = files;
    this.#directory = host.directories && `${host.directories.state}/algorithms`;
  }

  async get(subject: PinSubject): Promise<string | undefined> {
    const name = await nameOf(subject);
    if (this.#files === undefined || this.#directory === undefined) return this.#memory.get(name);
    const content = await this.#files.read(`${this.#directory}/${name}`);
    return content && new TextDecoder().decode(content).trim();
  }

  async set(subject: PinSubject, alg: string): Promise<void> {
    const name = await nameOf(subject);
    this.#memory.set(name, alg);
    if (this.#files !== undefined && this.#directory !== undefined) await this.#files.write(`${this.#directory}/${name}`, `${alg}\n`);
  }
}

async function nameOf({ profile, issuer, clientId }: PinSubject): Promise<string> {
  const { createHash } = await import('node:crypto');
  return createHash('sha256')
    .update(JSON.stringify([profile ?? null, issuer, clientId]))
    .digest('base64url');
}
