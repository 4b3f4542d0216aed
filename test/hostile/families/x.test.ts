import { family } from '../family.ts';
import { X } from './x.ts';

family('X', X);
