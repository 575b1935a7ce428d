import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FormCheck } from '../model/client-requests.js';
import { describeIssues } from './schema-issues.js';
import { JsonSchemaCheck } from './json-schema-check.js';
import { makeUniqueItemsLinear } from './unique-items.js';

/** Most forms whose checks are kept, and most characters of one. */
const MAX_KEPT = 32;
const MAX_KEPT_LENGTH = 10_000;

/** The checks of the forms that were compiled last, by their JSON. */
const kept = new Map<string, ReturnType<FormCheck>>();

/**
 * Compiles the check for the answers to a form. The last ones are kept, since tools ask by the same form again and again,
 * in the modern era twice for each answer, and compiling takes longer than all else of a call. Each form has its own
 * engine: Ajv never frees what it has compiled, and tools create forms at run time. Defaults are not filled in, because
 * the user saw them in the form and may have cleared them.
 */
export const compileForm: FormCheck = (form) => {
  const json = JSON.stringify(form);
  if (json.length > MAX_KEPT_LENGTH) return compiled(json);
  const check = kept.get(json) ?? compiled(json);
  kept.delete(json);
  kept.set(json, check);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!);
  return check;
};

/** Compiles a copy, so that the form may change and nothing holds it. */
function compiled(json: string): ReturnType<FormCheck> {
  const check = new JsonSchemaCheck(JSON.parse(json) as object, engineFor);
  return (content) => {
    const issues = check.issuesOf(content);
    return issues && describeIssues(issues);
  };
}

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
