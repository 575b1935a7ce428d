import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FormCheck } from '../model/client-requests.js';
import { describeIssues } from './describe-issues.js';
import { JsonSchemaCheck } from './json-schema-check.js';
import { makeUniqueItemsLinear } from './unique-items.js';

/**
 * Makes the check of a form's answers. Each form has an engine of its own, because Ajv keeps what it compiles for
 * ever, and tools make forms as they go. Defaults are not filled in: they are what the user found, and may have
 * emptied.
 */
export const compileForm: FormCheck = (form) => {
  const check = new JsonSchemaCheck(form, engineFor);
  return (content) => {
    const issues = check.issuesOf(content);
    return issues && describeIssues(issues);
  };
};

function engineFor(allErrors: boolean): Ajv2020 {
  const engine = new Ajv2020({
    allErrors,
    strict: false,
    logger: false,
    meta: false,
    validateSchema: false,
  });
  addFormats.default(engine, ['email', 'uri', 'date', 'date-time']);
  makeUniqueItemsLinear(engine);
  return engine;
}
