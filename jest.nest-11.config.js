import { fileURLToPath } from 'node:url';
import config from './jest.config.js';

// Workers inherit it, and so do the applications that tests start.
process.env.NEST_FOLDER ??= fileURLToPath(new URL('test/nest-11', import.meta.url));

const { '^@nestjs/throttler$': _, ...moduleNameMapper } = config.moduleNameMapper;

/** @type {import('jest').Config} The tests on Nest 11: `npm run test:nest-11`. */
export default {
  ...config,
  testMatch: ['<rootDir>/{libs,test/e2e,test/pages}/**/*.{spec,e2e-spec}.ts'],
  moduleNameMapper,
  resolver: '<rootDir>/test/nest-11/resolver.cjs',
};
