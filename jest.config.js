/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{src,libs,test}/**/*.{spec,e2e-spec}.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/libs/.*/dist'],
  extensionsToTreatAsEsm: ['.ts'],
  maxWorkers: 2,
  moduleNameMapper: {
    '^nestjs-mcp-sse$': '<rootDir>/libs/mcp-sse/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'],
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};
