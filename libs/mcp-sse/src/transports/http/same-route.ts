type RouteParameters = Readonly<Record<string, string>>;

/** Parameters that both routes have must agree, or a tenant's session could be reached by another's path. */
export function sameRoute(session: RouteParameters, request: RouteParameters): boolean {
  for (const name in request) if (session[name] !== request[name]) return false;
  return true;
}
