type Parameters = Readonly<Record<string, string>>;

/** Whether two requests came by the same route: its parameters, such as a tenant, have the same values. */
export function isSameRoute(one: Parameters, other: Parameters): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}
