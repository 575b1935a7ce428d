type RouteParameters = Readonly<Record<string, string>>;

/** Parameters that both routes have must agree, or a tenant's session could be reached by another's path. */
export function sameRoute(session: RouteParameters, request: RouteParameters): boolean {
  return Object.entries(request).every(([name, value]) => session[name] === value);
}
