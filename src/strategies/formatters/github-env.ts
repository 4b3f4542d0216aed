import type { Behaviour, Formatter, Recorded } from '../../core/contracts.ts';
import { fail } from '../../core/errors.ts';
import { inject, injectable } from '../../core/inject.ts';
import { Files, Host } from '../../core/ports.ts';
import { printableToken } from '../../core/printable-token.ts';
import type { View } from '../../core/view.ts';

/** Writes the variable to the file that GITHUB_ENV names, and prints the command that masks the token in the log. */
@injectable()
class GithubEnv implements Behaviour<Formatter> {
  readonly #host: Host;
  readonly #files: Files | undefined;

  constructor(@inject(Host) host: Host, @inject(Files) files: Files | undefined) {
    this.#host = host;
    this.#files = files;
  }

  async format(view: View): Promise<string> {
    const { value, variable } = printableToken(view, 'github-env');
    const path = this.#host.env('GITHUB_ENV');
    if (!path || this.#files === undefined)
      fail('usage_bad_value', '--format github-env needs the variable GITHUB_ENV, which a step of GitHub Actions has.', {
        hint: 'Elsewhere use --format env or dotenv.',
      });
    const there = new TextDecoder().decode(await this.#files.read(path));
    const before = there === '' || there.endsWith('\n') ? there : `${there}\n`;
    // The runner has to read it, and may be another user than a job in a container.
    const mode = (await this.#files.facts(path))?.mode ?? 0o600;
    await this.#files.write(path, `${before}${variable}=${value}\n`, mode & 0o666);
    return `::add-mask::${value.replaceAll('%', '%25')}`;
  }
}

/** For later steps of a job of GitHub Actions. */
export const githubEnv = {
  kind: 'formatter',
  name: 'github-env',
  summary: 'a token for the next steps of GitHub Actions, masked',
  token: 'access',
  use: GithubEnv,
} satisfies Recorded<Formatter>;
