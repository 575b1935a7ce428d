import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ScenarioResult } from '../scenarios/scenario.js';
import type { ScenarioName } from '../scenarios/scenarios.js';

/** Options of `measure.js`. */
export type MeasureOptions = Readonly<
  Partial<
    Record<'sessions' | 'seconds' | 'warmup' | 'cycles', number> &
      Record<'reference' | 'node' | 'front', string>
  >
>;

const LIMIT_MS = 300_000;
const MEASURE = fileURLToPath(new URL('../measure.js', import.meta.url));
const run = promisify(execFile);

/**
 * Measures in a separate process, so that scenarios do not affect each other.
 *
 * @throws {Error} with the reason in one line
 */
export async function measureApart(
  server: string,
  scenario: ScenarioName,
  options: MeasureOptions,
): Promise<ScenarioResult> {
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const args = [MEASURE, '--server', server, '--scenario', scenario, ...given];
  try {
    const { stdout } = await run(process.execPath, args, { timeout: LIMIT_MS });
    return JSON.parse(stdout) as ScenarioResult;
  } catch (error) {
    const { killed, stderr = '', message } = error as Error & { killed?: boolean; stderr?: string };
    const reason = /^\w*Error: .*$/m.exec(stderr)?.[0] ?? message;
    throw new Error(killed ? `no result within ${LIMIT_MS / 1000} s` : reason, { cause: error });
  }
}
