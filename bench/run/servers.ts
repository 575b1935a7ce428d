import type { TransportName } from '../load/mcp-load.client.js';
import type { ScenarioName } from '../scenarios/scenarios.js';

export interface MeasuredServer {
  readonly name: string;
  /** Its name in tables and charts. */
  readonly label: string;
  readonly transport: TransportName;
  readonly path: string;
  /** Node's arguments, relative to the root of the repository. */
  readonly command: readonly string[];
  /** Whether it serves this repository's library. */
  readonly own: boolean;
  /** Folder of `bench/peers` that must be installed for it. */
  readonly peer?: string;
  /** Maximum number of sessions, if limited. */
  readonly maxSessions?: number;
  /** Scenarios whose tool it does not offer. */
  readonly lacks?: readonly ScenarioName[];
  /** Whether it speaks TLS. */
  readonly secure?: boolean;
  /** Whether it is measured only where it is named. */
  readonly onRequest?: boolean;
}

export const TRANSPORTS: readonly TransportName[] = ['sse', 'http', 'modern'];

export const TRANSPORT_LABELS: Readonly<Record<TransportName, string>> = {
  sse: 'HTTP+SSE',
  http: 'Streamable HTTP',
  modern: 'Revision 2026-07-28',
};

/** The reference for ratios: the floor of the same transport. */
export const FLOORS: Readonly<Record<TransportName, string>> = {
  sse: 'floor-sse',
  http: 'floor-http',
  modern: 'floor-modern',
};

const PATHS: Readonly<Record<TransportName, string>> = {
  sse: '/sse',
  http: '/mcp',
  modern: '/mcp',
};

export const SERVERS: readonly MeasuredServer[] = [
  floor('sse'),
  own('express', 'sse'),
  own('fastify', 'sse'),
  peer('sdk-sse', 'SDK, McpServer, Express', 'sse', 'sdk', 'sse.mjs', 'mcp-server'),
  peer('sdk-low-sse', 'SDK, low-level Server, Express', 'sse', 'sdk', 'sse.mjs', 'low-level'),
  peer('mcp-nest1-sse', '@rekog/mcp-nest 1.9.11', 'sse', 'mcp-nest1', 'sse.mjs'),
  {
    ...peer('nestjs-mcp-server-sse', '@nestjs-mcp/server 0.3.0', 'sse', 'nestjs-mcp-server', 'sse.mjs'),
    maxSessions: 1,
  },
  peer('fastmcp-sse', 'fastmcp 4.20.16', 'sse', 'fastmcp', 'sse.mjs'),
  floor('http'),
  own('express', 'http'),
  own('fastify', 'http'),
  peer('sdk-http', 'SDK, McpServer, Express', 'http', 'sdk', 'http.mjs'),
  peer('mcp-nest2-http', '@rekog/mcp-nest 2.0.5', 'http', 'mcp-nest2', 'http.mjs'),
  floor('modern'),
  own('express', 'modern'),
  own('fastify', 'modern'),
  peer('sdk2-modern', 'SDK v2, createMcpHandler, node:http', 'modern', 'sdk2', 'http.mjs'),
  { ...peer('mcp-nest2-modern', '@rekog/mcp-nest 2.0.5', 'modern', 'mcp-nest2', 'http.mjs'), lacks: ['ask'] },
  ofRoutes(own('express', 'http')),
  ofRoutes(own('fastify', 'http')),
];

function floor(transport: TransportName): MeasuredServer {
  // The floor reads nothing of what the eras differ in.
  const command = [`bench/dist/bench/floor/${transport === 'sse' ? 'sse' : 'http'}.js`];
  return {
    name: FLOORS[transport],
    label: 'floor: node:http alone',
    transport,
    path: PATHS[transport],
    command,
    own: false,
  };
}

function own(adapter: 'express' | 'fastify', transport: TransportName): MeasuredServer {
  const label = `nestjs-mcp-sse, ${adapter === 'express' ? 'Express' : 'Fastify'}`;
  const command = ['bench/server.mjs', adapter];
  return { name: `${adapter}-${transport}`, label, transport, path: PATHS[transport], command, own: true };
}

/** The same server, with `echo` as a route of a controller. */
function ofRoutes(server: MeasuredServer): MeasuredServer {
  const { name, label, command } = server;
  return {
    ...server,
    name: `${name}-route`,
    label: `${label}, a route`,
    command: [...command, 'route'],
    onRequest: true,
  };
}

function peer(
  name: string,
  label: string,
  transport: TransportName,
  folder: string,
  script: string,
  ...args: string[]
): MeasuredServer {
  const command = [`bench/peers/${folder}/${script}`, ...args];
  return { name, label, transport, path: PATHS[transport], command, own: false, peer: folder };
}
