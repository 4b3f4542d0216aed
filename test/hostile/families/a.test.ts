import { family } from '../family.ts';
import { A } from './a.ts';

family('A', A);
