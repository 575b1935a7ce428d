import { markdownTable } from '../report/markdown-table.js';
import type { SelfTime } from './self-times.js';

/** What the origins of a profile belong to; the first match counts. */
const PARTS: readonly (readonly [string, RegExp])[] = [
  ['V8’s and Node’s C++: sockets, JSON, garbage', /^\(|^V8 /],
  ['Node’s HTTP server and streams, in JavaScript', /^node:/],
  ['this library, all of its layers', /^nestjs-mcp-sse /],
  ['Nest: the route, and the pipeline of the tool', /^(@nestjs\/(core|common)|rxjs|reflect-metadata)$/],
  ['class-transformer and class-validator', /^(class-transformer|class-validator|validator)$/],
  ['the adapter: Fastify, or Express with router and body-parser', /./],
];

/** A column for each profile, a row for each part of a call. */
export function sharesOfCall(profiles: Readonly<Record<string, readonly SelfTime[]>>): string {
  const columns = Object.values(profiles).map((origins) => {
    const shares = new Map<string, number>();
    for (const { name, share } of origins) {
      const [part] = PARTS.find(([, pattern]) => pattern.test(name))!;
      shares.set(part, (shares.get(part) ?? 0) + share);
    }
    return shares;
  });
  const rows = PARTS.map(([part]) => [
    part,
    ...columns.map((shares) => `${Math.round((shares.get(part) ?? 0) * 100)} %`),
  ]);
  return markdownTable([['share of a call', ...Object.keys(profiles)], ...rows]);
}
