import { family } from '../family.ts';
import { R } from './r.ts';

family('R', R);
