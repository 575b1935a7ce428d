import { registerAs } from '@nestjs/config';
import { validateEnvironment } from './validate-environment.js';

/** Provides the validated environment as `environmentConfig.KEY`. */
export const environmentConfig = registerAs('environment', () => validateEnvironment(process.env));
