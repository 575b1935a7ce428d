/** The segments of a path, as they are encoded; a query is left out. */
export function pathSegments(url: string): string[] {
  return url
    .split('?', 1)[0]!
    .split('/')
    .filter((segment) => segment !== '');
}
