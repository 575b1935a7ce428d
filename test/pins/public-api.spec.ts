import { expect, it } from '@jest/globals';
import * as library from 'nestjs-mcp-sse';
import * as bullmq from 'nestjs-mcp-sse/bullmq';
import * as metrics from 'nestjs-mcp-sse/metrics';
import * as console from 'nestjs-mcp-sse/console';
import * as passport from 'nestjs-mcp-sse/passport';
import * as redis from 'nestjs-mcp-sse/redis';
import * as testing from 'nestjs-mcp-sse/testing';
import * as jestTypes from 'nestjs-mcp-sse/testing/jest';
import * as vitestTypes from 'nestjs-mcp-sse/testing/vitest';
import * as tracing from 'nestjs-mcp-sse/tracing';
import * as throttler from 'nestjs-mcp-sse/throttler';

/** Removing or changing a name breaks applications; adding one is a promise. Both are decisions. */
const PUBLIC_NAMES = [
  'ANONYMOUS',
  'JsonRpcError',
  'McpApiKeyGuard',
  'McpApp',
  'McpArgs',
  'McpAuditService',
  'McpClientError',
  'McpComplete',
  'McpConfigurationError',
  'McpContext',
  'McpCtx',
  'McpDecoratedControllerError',
  'McpDuplicateNameError',
  'McpExecutionContext',
  'McpHeader',
  'McpHealthIndicator',
  'McpInputRequiredException',
  'McpIntrospectionGuard',
  'McpInvalidArgumentsException',
  'McpJwtAuthGuard',
  'McpMissingCapabilityError',
  'McpNamePrefix',
  'McpParameterError',
  'McpPolicy',
  'McpPrincipal',
  'McpProgress',
  'McpPrompt',
  'McpPublic',
  'McpRegistry',
  'McpResource',
  'McpResult',
  'McpRoles',
  'McpRoutesModule',
  'McpSchema',
  'McpSchemaError',
  'McpScopes',
  'McpSessionService',
  'McpSseModule',
  'McpStdioLogger',
  'McpTool',
  'McpToolset',
  'McpUriParam',
  'mcpAuditServiceToken',
  'mcpCorsOptions',
  'mcpHealthIndicatorToken',
  'mcpRegistryToken',
  'mcpSessionServiceToken',
  'memoryCluster',
  'progress',
  'serveStdio',
];

it('exports these values and no others', () => {
  expect(Object.keys(library).toSorted()).toEqual(PUBLIC_NAMES);
});

it('exports these values and no others for BullMQ', () => {
  expect(Object.keys(bullmq)).toEqual(['bullmqRunner']);
});

it('exports these values and no others for metrics', () => {
  expect(Object.keys(metrics)).toEqual(['McpMetricsModule']);
});

it('exports these values and no others for the console', () => {
  expect(Object.keys(console)).toEqual(['McpConsoleModule']);
});

it('exports these values and no others for passport', () => {
  expect(Object.keys(passport)).toEqual(['McpJwtStrategy']);
});

it('exports these values and no others for Redis', () => {
  expect(Object.keys(redis)).toEqual(['redisCluster', 'redisTaskStore']);
});

it('exports these values and no others for the throttler', () => {
  expect(Object.keys(throttler).toSorted()).toEqual(['McpThrottlerGuard', 'failureLimit']);
});

it('exports these values and no others for tests', () => {
  expect(Object.keys(testing).toSorted()).toEqual(['McpTestClient', 'mcpContext', 'mcpMatchers', 'textOf']);
});

it('exports only types for the matchers', () => {
  expect([...Object.keys(jestTypes), ...Object.keys(vitestTypes)]).toEqual([]);
});

it('exports these values and no others for traces', () => {
  expect(Object.keys(tracing)).toEqual(['McpTracingModule']);
});
