import { family } from '../family.ts';
import { L } from './l.ts';

family('L', L);
