import { measureApart, type MeasureOptions } from './measure-apart.js';
import type { PlannedScenario } from './plan.js';
import type { Sample } from './sample.js';
import { FLOORS, type MeasuredServer } from './servers.js';

/** Whether a scenario means anything on a server. */
export function suits(
  { scenario, needsSessions, transports }: PlannedScenario,
  { transport, maxSessions, lacks }: MeasuredServer,
): boolean {
  if (lacks?.includes(scenario)) return false;
  if (needsSessions && maxSessions !== undefined) return false;
  return transports === undefined || transports.includes(transport);
}

/**
 * Measures a scenario on a server in processes of their own, in alternation with the floor if it is about CPU. A failure
 * becomes the sample's.
 */
export async function takeSample(
  round: number,
  { name, scenario, options }: PlannedScenario,
  server: MeasuredServer,
  further: MeasureOptions = {},
): Promise<Sample> {
  const start = performance.now();
  const floor = FLOORS[server.transport];
  const isMemory = scenario === 'idle' || scenario === 'listen';
  const reference = isMemory || server.name === floor ? {} : { reference: floor };
  const outcome = await measureApart(server.name, scenario, { ...options, ...reference, ...further }).then(
    (result) => ({ result }),
    ({ message }: Error) => ({ failure: message }),
  );
  const seconds = Math.round((performance.now() - start) / 1000);
  const shown = JSON.stringify(outcome).slice(0, 160);
  process.stderr.write(`${round + 1} ${name.padEnd(8)} ${server.name.padEnd(22)} ${seconds} s ${shown}\n`);
  return { round, server: server.name, scenario: name, seconds, ...outcome };
}
