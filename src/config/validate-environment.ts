import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Environment } from './environment.js';

/**
 * Reads and validates variables such as those of `process.env`. An empty value counts as unset.
 *
 * @throws EnvironmentError naming every invalid variable
 */
export function validateEnvironment(variables: Readonly<Record<string, unknown>>): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  // `whitelist` drops the variables that other programs use.
  const errors = validateSync(environment, { whitelist: true });
  if (errors.length > 0) {
    throw new EnvironmentError(errors.flatMap(({ constraints }) => Object.values(constraints ?? {})));
  }
  return environment;
}

/** Thrown for invalid environment variables. The message names each of them and what it accepts. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(sentences: readonly string[]) {
    super(sentences.map((sentence) => `${sentence}.`).join('\n'));
  }
}
