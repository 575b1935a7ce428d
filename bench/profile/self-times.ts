import type { Profiler } from 'node:inspector';

type CallFrame = Profiler.Profile['nodes'][number]['callFrame'];

/** The self time of a function or a whole package, as a share from 0 to 1. */
export interface SelfTime {
  readonly name: string;
  readonly share: number;
}

const PACKAGE = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const OWN_LAYER = /\/libs\/mcp-sse\/src\/([^/]+)\//;

/** Breaks down the busy time of a profile, largest share first. */
export function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): {
  readonly functions: readonly SelfTime[];
  readonly origins: readonly SelfTime[];
} {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const origins = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id)!;
    if (frame.functionName === '(idle)' || isProfiler(frame)) continue;
    const time = timeDeltas[index] ?? 0;
    const origin = originOf(frame);
    const name = `${frame.functionName || '(anonymous)'} ${shortPath(frame)}`;
    functions.set(name, (functions.get(name) ?? 0) + time);
    origins.set(origin, (origins.get(origin) ?? 0) + time);
  }
  return { functions: ranked(functions), origins: ranked(origins) };
}

/** The profile includes the call that started it. */
function isProfiler({ url, functionName }: CallFrame): boolean {
  return url === '' && functionName === 'dispatch';
}

function originOf({ url, functionName }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8 built-ins and Node in C++';
  const layer = OWN_LAYER.exec(url)?.[1];
  if (layer !== undefined) return `nestjs-mcp-sse ${layer}/`;
  return url.startsWith('node:')
    ? url.replace(/^(node:(?:internal\/)?[^/]+).*/, '$1')
    : (PACKAGE.exec(url)?.[1] ?? 'bench');
}

function shortPath({ url, lineNumber }: CallFrame): string {
  const path = url.replace(/^.*\/(?:node_modules|libs\/mcp-sse\/src|dist\/bench)\//, '');
  return path === '' ? '' : `${path}:${lineNumber + 1}`;
}

function ranked(times: ReadonlyMap<string, number>): SelfTime[] {
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .map(([name, time]) => ({ name, share: time / total }))
    .toSorted((a, b) => b.share - a.share);
}
