/** What somebody copied from a browser: the address it ended on, its query alone, or the bare code that a page showed. */
export function pastedAnswer(text: string): URLSearchParams | string {
  const whole = text.replace(/\s+/g, ''); // a terminal or a mail may have folded it
  if (!/(^|[?&])(code|error|state)=/.test(whole)) return whole;
  return new URLSearchParams(whole.replace(/^[^?]*\?/, '').replace(/#.*$/s, ''));
}
