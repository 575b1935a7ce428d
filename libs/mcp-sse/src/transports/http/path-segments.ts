/** The segments of a path, as they are encoded. */
export function pathSegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}
