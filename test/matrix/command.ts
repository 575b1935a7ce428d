import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

interface CommandOptions {
  readonly cwd: string;
  /** Folders of programs that come before those of the machine, such as Node's. */
  readonly path?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const DEADLINE_MS = 10 * 60_000;
const QUIET = {
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_prefer_offline: 'true',
  npm_config_update_notifier: 'false',
  NO_COLOR: '1',
};

/**
 * Runs a command of a shell as its user would, who has nothing of this process in the environment.
 * @returns what it printed
 * @throws with what it printed, if it fails
 */
export async function command(line: string, { cwd, path = [], env }: CommandOptions): Promise<string> {
  const options = { cwd, env: { ...environment(path), ...env }, shell: true, timeout: DEADLINE_MS };
  const child = spawn(line, options);
  child.stdin.end();
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const printed = stripVTControlCharacters(output.join(''));
  if (code !== 0) throw new Error(`${line}\nended with ${code ?? signal} in ${cwd}:\n${printed}`);
  return printed;
}

/** Without what npm and Jest add, except for where packages come from. */
function environment(path: readonly string[]): NodeJS.ProcessEnv {
  const added =
    /^(npm_(?!config_(registry|cache|cafile|userconfig|globalconfig)$)|JEST_|NODE_ENV$|NODE_OPTIONS$|CI$)/i;
  const own = Object.entries(process.env).filter(([name]) => !added.test(name));
  return { ...Object.fromEntries(own), ...QUIET, PATH: [...path, process.env['PATH']].join(delimiter) };
}
