/** How the users of a package manager install packages and run programs. */
export interface PackageManager {
  readonly title: string;
  /** The package that it comes in. npm comes with Node. */
  readonly package?: { readonly name: string; readonly version: string };
  readonly install: string;
  add(tarball: string, packages: readonly string[]): string;
  /** Runs a script of the application. */
  script(name: string): string;
  /** Runs a program of one of the application's packages. */
  program(line: string): string;
  /** Finds the warnings in the output. */
  readonly warning: RegExp;
  readonly env?: Readonly<Record<string, string>>;
  /** The variable that says where packages come from, if it does not read npm's configuration. */
  readonly registryVariable?: string;
  /** What Node needs to find the packages. */
  readonly nodeOptions?: string;
}

export const NPM: PackageManager = {
  title: 'npm',
  install: 'npm install',
  add: (tarball, packages) => `npm install ${tarball} ${packages.join(' ')}`,
  script: (name) => `npm run ${name}`,
  program: (line) => `npx ${line}`,
  warning: /^npm (?:warn|error)\b/i,
};

/** Packages find only what they declare. */
export const PNPM: PackageManager = {
  title: 'pnpm',
  package: { name: 'pnpm', version: '^12.0.0' },
  install: 'pnpm install',
  // Warnings only say that there are some; the second command lists them.
  add: (tarball, packages) => `pnpm add ${tarball} ${packages.join(' ')} && (pnpm peers check || true)`,
  script: (name) => `pnpm run ${name}`,
  program: (line) => `pnpm exec ${line}`,
  warning: /nestjs-mcp-sse@|deprecated/,
  // Otherwise Jest's own dependencies, whose scripts nobody has approved, fail the installation.
  env: { pnpm_config_strict_dep_builds: 'false' },
};

export const YARN: PackageManager = {
  title: 'Yarn 4',
  package: { name: '@yarnpkg/cli-dist', version: '^4.18.0' },
  install: 'yarn install',
  // Yarn installs no peers by itself.
  add: (tarball, packages) =>
    `yarn add nestjs-mcp-sse@file:${tarball} @modelcontextprotocol/sdk ${packages.join(' ')}`,
  script: (name) => `yarn run ${name}`,
  program: (line) => `yarn exec ${line}`,
  warning: /YN0002.*nestjs-mcp-sse|YN0060.*nestjs-mcp-sse|YN0061/,
  registryVariable: 'YARN_NPM_REGISTRY_SERVER',
  env: { YARN_NODE_LINKER: 'node-modules', YARN_ENABLE_TELEMETRY: 'false' },
};

/** Without `node_modules`: Node finds packages by a table, and only those that a package declares. */
export const YARN_PNP: PackageManager = {
  ...YARN,
  title: "Yarn 4, Plug'n'Play",
  // ts-jest requires jest-util without depending on it.
  add: (tarball, packages) => YARN.add(tarball, ['jest-util', ...packages]),
  program: (line) => `yarn run ${line}`,
  env: { ...YARN.env, YARN_NODE_LINKER: 'pnp' },
  nodeOptions: '--require ./.pnp.cjs',
};
