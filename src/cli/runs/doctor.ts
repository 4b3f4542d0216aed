/** Examining what a sign-in needs. */
import type { Answer, Context } from '../command.ts';
import { examine } from '../doctor/examine.ts';
import { reported } from '../doctor/report.ts';

export const run = async (context: Context): Promise<Answer> => reported(await examine(context), context.world.stdout.columns);
