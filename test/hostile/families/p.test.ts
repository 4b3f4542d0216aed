import { family } from '../family.ts';
import { P } from './p.ts';

family('P', P);
