import type { ElicitRequestFormParams } from '@modelcontextprotocol/sdk/types.js';

/**
 * Makes the check of what users fill into a form.
 *
 * @returns says what is wrong with an answer, field by field, or undefined when it fits
 * @throws {Error} when the form's schema is no JSON Schema
 */
export type FormCheck = (
  form: ElicitRequestFormParams['requestedSchema'],
) => (content: unknown) => string | undefined;
