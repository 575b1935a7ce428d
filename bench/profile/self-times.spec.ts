import { expect, it } from '@jest/globals';
import type { Profiler } from 'node:inspector';
import { selfTimes } from './self-times.js';

it('gives each function and package its share of the busy time', () => {
  const node = (id: number, functionName: string, url: string) => ({
    id,
    callFrame: { functionName, url, scriptId: '0', lineNumber: 9, columnNumber: 0 },
  });
  const profile: Profiler.Profile = {
    nodes: [
      node(1, '(idle)', ''),
      node(2, 'dispatch', ''),
      node(3, 'push', 'file:///app/bench/dist/libs/mcp-sse/src/streaming/event-queue.js'),
      node(4, 'next', 'file:///app/node_modules/@nestjs/core/router/sse-stream.js'),
      node(5, 'emit', 'node:events'),
    ],
    startTime: 0,
    endTime: 1000,
    samples: [1, 2, 3, 4, 3, 5],
    timeDeltas: [500, 100, 150, 100, 50, 100],
  };
  const { functions, origins } = selfTimes(profile);
  expect(functions[0]).toEqual({ name: 'push streaming/event-queue.js:10', share: 0.5 });
  expect(origins).toEqual([
    { name: 'nestjs-mcp-sse streaming/', share: 0.5 },
    { name: '@nestjs/core', share: 0.25 },
    { name: 'node:events', share: 0.25 },
  ]);
});
