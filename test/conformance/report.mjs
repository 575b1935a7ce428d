/**
 * Prints what the adapters passed, a line for each scenario, and what they failed.
 *
 * @param {Record<string, { scenario: string, checks: object[] }[]>} results by adapter
 * @returns {boolean} whether all of them passed
 */
export function report(run, results) {
  const adapters = Object.keys(results);
  const scenarios = [...new Set(Object.values(results).flatMap((of) => of.map(({ scenario }) => scenario)))];
  const checksOf = (adapter, scenario) =>
    results[adapter].find((one) => one.scenario === scenario)?.checks ?? [];
  const row = (title, cells) =>
    `${title.padEnd(48)}${cells.map((cell) => cell.padEnd(24)).join('')}`.trimEnd();

  const lines = [row(run, adapters)];
  for (const scenario of scenarios)
    lines.push(
      row(
        `  ${scenario}`,
        adapters.map((adapter) => outcome(checksOf(adapter, scenario))),
      ),
    );
  const passed = adapters.map((adapter) =>
    scenarios.filter((scenario) => isPassed(checksOf(adapter, scenario))),
  );
  lines.push(
    row(
      '  scenarios passed',
      passed.map(({ length }) => `${length} of ${scenarios.length}`),
    ),
  );

  for (const adapter of adapters)
    for (const scenario of scenarios)
      for (const { id, status, errorMessage } of checksOf(adapter, scenario))
        if (status === 'FAILURE' || status === 'WARNING')
          lines.push(`${status} on ${adapter}: ${scenario}: ${id}: ${errorMessage}`);
  process.stdout.write(`${lines.join('\n')}\n\n`);
  return passed.every(({ length }) => length === scenarios.length);
}

const count = (checks, status) => checks.filter((check) => check.status === status).length;

const isPassed = (checks) => checks.length > 0 && count(checks, 'FAILURE') === 0;

function outcome(checks) {
  const warnings = count(checks, 'WARNING');
  const passed = count(checks, 'SUCCESS');
  const failed = count(checks, 'FAILURE');
  const counts = failed === 0 ? `${passed}` : `${passed} of ${passed + failed}`;
  return `${isPassed(checks) ? '✓' : '✗'} ${counts}${warnings > 0 ? `, ${warnings} warned` : ''}`;
}
