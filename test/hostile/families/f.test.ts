import { family } from '../family.ts';
import { F } from './f.ts';

family('F', F);
