/** Whether a path fits a pattern that may have parameters (`:tenant`), segment by segment. */
export function segmentsMatch(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((segment, index) => segment.startsWith(':') || segment === path[index])
  );
}
