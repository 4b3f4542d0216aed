import { family } from '../family.ts';
import { CODES } from './codes.ts';

family('codes', CODES);
