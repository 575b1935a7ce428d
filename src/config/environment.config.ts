import { registerAs } from '@nestjs/config';
import { validateEnvironment } from './validate-environment.js';

/** Gives the checked environment to whoever injects `environmentConfig.KEY`. */
export const environmentConfig = registerAs('environment', () => validateEnvironment(process.env));
