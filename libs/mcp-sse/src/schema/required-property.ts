import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import { VALIDATOR_KEYWORDS } from './validator-keywords.js';

const ACCEPT_ABSENCE = new Set(['isEmpty', 'isNotIn', 'notEquals']);

/** Whether a property must be there: it has validators other than `@Allow()`, and none makes it optional. */
export function needsValue(validators: readonly ValidationMetadata[]): boolean {
  const isOptional = validators.some(({ type }) => type === 'conditionalValidation');
  return (
    !isOptional &&
    validators.some((validator) => validator.type !== 'whitelistValidation' && !accepts(validator))
  );
}

/** Whether class-validator itself refuses a property that is not there. `@ValidateNested()` alone does not. */
export function demandsValue(validators: readonly ValidationMetadata[]): boolean {
  return validators.some((validator) => VALIDATOR_KEYWORDS.has(validator.name ?? '') && !accepts(validator));
}

function accepts({ name = '', validateIf }: ValidationMetadata): boolean {
  return ACCEPT_ABSENCE.has(name) || validateIf !== undefined;
}
