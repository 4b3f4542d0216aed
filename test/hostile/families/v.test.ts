import { family } from '../family.ts';
import { V } from './v.ts';

family('V', V);
