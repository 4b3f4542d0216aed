import { family } from '../family.ts';
import { I } from './i.ts';

family('I', I);
