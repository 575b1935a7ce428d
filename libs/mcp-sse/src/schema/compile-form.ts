import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FormCheck } from '../model/form-check.js';
import { ajvIssue } from './ajv-issue.js';
import { describeIssues } from './describe-issues.js';

/**
 * Makes the check of a form's answers. Each form has an engine of its own, because Ajv keeps what it compiles for
 * ever, and tools make forms as they go. Defaults are not filled in: they are what the user found, and may have
 * emptied.
 */
export const compileForm: FormCheck = (form) => {
  const engine = new Ajv2020({
    allErrors: true,
    strict: false,
    logger: false,
    meta: false,
    validateSchema: false,
  });
  addFormats.default(engine, ['email', 'uri', 'date', 'date-time']);
  const check = engine.compile(form);
  return (content) => (check(content) ? undefined : describeIssues((check.errors ?? []).map(ajvIssue)));
};
