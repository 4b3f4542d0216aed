import { family } from '../family.ts';
import { B } from './b.ts';

family('B', B);
