import { family } from '../family.ts';
import { D } from './d.ts';

family('D', D);
