import { family } from '../family.ts';
import { C } from './c.ts';

family('C', C);
