import type { Viewer } from '../model/mcp-policy.js';

/** The query parameter by which a URL picks toolsets. */
export const TOOLSETS_PARAMETER = 'toolsets';

type Query = Readonly<Record<string, unknown>>;
type Pick = ReadonlySet<string> | undefined;

/** By session, whose pick stays as it began, or by request: Express parses its query at each access. */
const picks = new WeakMap<object, { readonly pick: Pick }>();

/** The toolsets that a client's URL picks: of its session, if it has one. Undefined if it leaves all of them in. */
export function pickedToolsets({ session, request }: Viewer): Pick {
  const source = session ?? request;
  if (typeof source !== 'object' || source === null) return undefined;
  let known = picks.get(source);
  if (!known) {
    const query = session ? session.streamQuery : (source as { query?: Query }).query;
    picks.set(source, (known = { pick: pickOf(query?.[TOOLSETS_PARAMETER]) }));
  }
  return known.pick;
}

/** Whether a pick includes a feature of these toolsets. */
export function isPicked(toolsets: readonly string[], pick: Pick): boolean {
  return !pick || toolsets.some((name) => pick.has(name));
}

/** @param value as the query has it: text, or a list of it where the parameter is repeated */
function pickOf(value: unknown): Pick {
  if (value === undefined) return undefined;
  // A parser of nested queries makes objects, whose text may throw. No toolset has this name.
  const names = [value].flat().flatMap((part) => (typeof part === 'string' ? part.split(',') : '[object]'));
  const picked = new Set(names.map((name) => name.trim()).filter((name) => name !== ''));
  return picked.size > 0 ? picked : undefined;
}
