// Builds the packages and apps that changed, and prints only errors.
import { build } from './builds.ts';

if (!build()) process.exitCode = 1;
