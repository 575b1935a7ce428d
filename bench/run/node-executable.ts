import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A version of Node to measure on. */
export interface NodeExecutable {
  readonly path: string;
  /** Such as `v24.1.0`. */
  readonly version: string;
}

/**
 * @param given a path, or a major version that `npm run bench:setup` has installed
 * @throws {Error} if there is no such Node
 */
export function nodeExecutable(given: string): NodeExecutable {
  const path = given.includes('/') ? given : `bench/nodes/node_modules/node-${given}/bin/node`;
  if (!existsSync(path)) throw new Error(`There is no ${path}. Run npm run bench:setup, or give a path.`);
  return { path, version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim() };
}
