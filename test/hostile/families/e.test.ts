import { family } from '../family.ts';
import { E } from './e.ts';

family('E', E);
