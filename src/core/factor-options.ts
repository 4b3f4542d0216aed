/** What a call may say about the second factor. */
import { defineOptions } from './options.ts';

export const factorOptions = defineOptions({
  otp: {
    type: 'string',
    summary: 'one-time code of the second factor',
    secret: true,
    account: 'call',
    prompt: 'One-time code',
  },
  recoveryCode: {
    type: 'string',
    summary: 'recovery code, in place of the second factor',
    secret: true,
    account: 'call',
    prompt: 'Recovery code',
  },
  mfa: { type: 'string', summary: 'second factor: otp, push, sms, voice, email, recovery-code, or its identifier', placeholder: 'METHOD' },
});
