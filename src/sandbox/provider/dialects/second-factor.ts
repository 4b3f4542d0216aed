/** Password requests that wait for a second factor, and what the user's factors are. */
import { randomBytes } from 'node:crypto';
import { FACTORS } from '../../clients.ts';

/** Milliseconds that a request waits. */
const LIFETIME = 600_000;
/** Wrong codes until nothing more is taken. */
const MOST_WRONG = 10;

interface Waiting {
  readonly form: URLSearchParams;
  readonly until: number;
  wrong: number;
}

/** What became of a code or a challenge. */
export type Found = { readonly form: URLSearchParams } | 'expired' | 'wrong' | 'locked';

export class SecondFactor {
  readonly #waiting = new Map<string, Waiting>();
  /** Challenges: out-of-band code → the channel it went by. */
  readonly #challenges = new Map<string, string>();
  #recoveryCode: string = FACTORS.recoveryCode;

  /** Keeps a password request back. Returns the token that stands for it. */
  begin(form: URLSearchParams): string {
    const token = `Fe26.mfa-${randomBytes(24).toString('base64url')}`;
    this.#waiting.set(token, { form, until: Date.now() + LIFETIME, wrong: 0 });
    return token;
  }

  has(token: string | null): boolean {
    return this.#find(token) !== undefined;
  }

  challenge(channel: string): string {
    const code = `Fe26.oob-${randomBytes(24).toString('base64url')}`;
    this.#challenges.set(code, channel);
    return code;
  }

  /** One-time code, or a code for a challenge; a push is confirmed as soon as it is asked for. */
  redeem(
    token: string | null,
    { otp, oob, binding }: { readonly otp?: string | null; readonly oob?: string | null; readonly binding?: string | null },
  ): Found {
    const channel = oob === undefined || oob === null ? undefined : this.#challenges.get(oob);
    const isRight = otp !== undefined ? otp === FACTORS.otp : channel === 'sms' ? binding === FACTORS.sms : channel !== undefined;
    return this.#end(token, isRight);
  }

  /** Returns the new recovery code too. */
  recover(token: string | null, code: string | null): Found | { readonly form: URLSearchParams; readonly next: string } {
    const found = this.#end(token, code === this.#recoveryCode);
    if (typeof found === 'string') return found;
    this.#recoveryCode = randomBytes(12).toString('hex').toUpperCase();
    return { ...found, next: this.#recoveryCode };
  }

  #end(token: string | null, isRight: boolean): Found {
    const waiting = this.#find(token);
    if (waiting === undefined) return 'expired';
    if (waiting.wrong >= MOST_WRONG) return 'locked';
    if (!isRight) {
      waiting.wrong += 1;
      return 'wrong';
    }
    this.#waiting.delete(token ?? '');
    return { form: waiting.form };
  }

  #find(token: string | null): Waiting | undefined {
    const waiting = this.#waiting.get(token ?? '');
    return waiting !== undefined && waiting.until > Date.now() ? waiting : undefined;
  }
}
