/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{src,libs,test,bench}/**/*.{spec,e2e-spec}.ts'],
  modulePathIgnorePatterns: [
    '<rootDir>/dist',
    '<rootDir>/libs/.*/dist',
    '<rootDir>/bench/dist',
    '<rootDir>/bench/peers',
    '<rootDir>/bench/nodes',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  // One more than the two cores of the smallest machine: some workers wait while others compute.
  maxWorkers: 3,
  // Each file loads its own modules, which a worker keeps, so garbage collection would take ever longer.
  workerIdleMemoryLimit: '700MB',
  // Leaves time for a busy machine.
  testTimeout: 30_000,
  moduleNameMapper: {
    '^nestjs-mcp-sse$': '<rootDir>/libs/mcp-sse/src/index.ts',
    '^nestjs-mcp-sse/bullmq$': '<rootDir>/libs/mcp-sse/src/bullmq/index.ts',
    '^nestjs-mcp-sse/console$': '<rootDir>/libs/mcp-sse/src/console/index.ts',
    '^nestjs-mcp-sse/throttler$': '<rootDir>/libs/mcp-sse/src/throttler/index.ts',
    // It is CommonJS that requires ESM. Node supports that; Jest only from Node 24.9.
    '^@nestjs/throttler$': '<rootDir>/test/fixtures/throttler.ts',
    '^nestjs-mcp-sse/metrics$': '<rootDir>/libs/mcp-sse/src/metrics/index.ts',
    '^nestjs-mcp-sse/tracing$': '<rootDir>/libs/mcp-sse/src/tracing/index.ts',
    '^nestjs-mcp-sse/passport$': '<rootDir>/libs/mcp-sse/src/passport/index.ts',
    '^nestjs-mcp-sse/redis$': '<rootDir>/libs/mcp-sse/src/redis/index.ts',
    '^nestjs-mcp-sse/testing$': '<rootDir>/libs/mcp-sse/src/testing/index.ts',
    '^nestjs-mcp-sse/testing/(jest|vitest)$': '<rootDir>/libs/mcp-sse/src/testing/$1.ts',
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
