import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FormCheck } from '../model/client-requests.js';
import { describeIssues } from './schema-issues.js';
import { JsonSchemaCheck } from './json-schema-check.js';
import { makeUniqueItemsLinear } from './unique-items.js';

/**
 * Compiles the check for the answers to a form. Each form has its own engine: Ajv never frees what it has compiled, and
 * tools create forms at run time. Defaults are not filled in, because the user saw them in the form and may have cleared
 * them.
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
