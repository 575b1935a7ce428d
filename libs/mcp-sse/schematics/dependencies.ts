import type { SchematicContext, Tree } from '@angular-devkit/schematics';
import library from '../package.json' with { type: 'json' };
import type { Application } from './application.js';

/** What a library's peer is called. */
type Peer = keyof typeof library.peerDependencies;

/** Adds peers of the library that the application lacks, and has them installed after the files are written. */
export function addPeers(
  tree: Tree,
  context: SchematicContext,
  application: Application,
  peers: readonly Peer[],
  skipInstall: boolean | undefined,
): void {
  const missing = peers.filter((peer) => !application.depends(peer));
  if (missing.length === 0) return;
  const text = tree.readText('package.json');
  const manifest = JSON.parse(text) as { dependencies?: Record<string, string> };
  // The last range is that of the latest release.
  const added = missing.map((peer) => [peer, library.peerDependencies[peer].split(' || ').at(-1)!]);
  const all = Object.entries(manifest.dependencies ?? {}).concat(added as [string, string][]);
  manifest.dependencies = Object.fromEntries(all.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  const indentation = /^[ \t]+/m.exec(text)?.[0] ?? '  ';
  tree.overwrite('package.json', `${JSON.stringify(manifest, undefined, indentation)}\n`);
  if (skipInstall)
    return context.logger.warn(`Install what package.json now asks for: ${missing.join(', ')}.`);
  // What NodePackageInstallTask is, without its package, which is not where the library finds packages.
  context.addTask({
    toConfiguration: () => ({ name: 'node-package', options: { command: 'install', quiet: true } }),
  });
}
