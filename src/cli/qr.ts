/** An address that a phone's camera can take from the terminal. */
import type { Output } from './world.ts';

/** Empty modules around the code (ISO/IEC 18004 asks for four; every camera is content with two). */
const MARGIN = 2;
/** Dark modules are dark whatever the terminal's colours are. */
const COLOURS = ['\u001b[97;40m', '\u001b[0m'] as const;

/** The lines of a QR code, or none where the terminal is too narrow, or is none. */
export async function qrCode(text: string, { columns, colour, isTTY }: Output): Promise<readonly string[]> {
  if (!isTTY || columns === undefined) return [];
  const { renderUnicodeCompact } = await import('uqr');
  const lines = renderUnicodeCompact(text, { border: MARGIN }).split('\n');
  if (lines.some((line) => line.length > columns)) return [];
  const [on, off] = colour ? COLOURS : ['', ''];
  return lines.map((line) => on + line + off);
}

/** Draws it when it is ready; an address that is too long for one, or a terminal that is gone, is no reason to end a sign-in. */
export function draw(text: string, output: Output): void {
  qrCode(text, output)
    .then((lines) => (lines.length > 0 ? output.write(`${lines.join('\n')}\n`) : undefined))
    .catch(() => {});
}
