import { ElicitRequestFormParamsSchema } from '@modelcontextprotocol/sdk/types.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FormCheck } from '../model/client-requests.js';
import { RecentlyUsed } from '../model/recently-used.js';
import { shapeFault } from '../model/shape-fault.js';
import { describeIssues } from './schema-issues.js';
import { JsonSchemaCheck } from './json-schema-check.js';
import { makeUniqueItemsLinear } from './unique-items.js';

/** Most forms whose checks are kept, and most characters of one. */
const MAX_KEPT = 32;
const MAX_KEPT_LENGTH = 10_000;

/** The checks of the forms that were compiled last, by their JSON. */
const kept = new RecentlyUsed<ReturnType<FormCheck>>(MAX_KEPT);

/**
 * Compiles the check for the answers to a form. The last ones are kept, since tools ask by the same form again and again,
 * in the modern era twice for each answer, and compiling takes longer than all else of a call. Each form has its own
 * engine: Ajv never frees what it has compiled, and tools create forms at run time. Defaults are not filled in, because
 * the user saw them in the form and may have cleared them.
 */
export const compileForm: FormCheck = (form) => {
  const json = JSON.stringify(form) as string | undefined;
  if (json === undefined || json.length > MAX_KEPT_LENGTH) return compiled(json);
  return kept.get(json, () => compiled(json));
};

/** Compiles a copy, so that the form may change and nothing holds it. @param json undefined if there is no form */
function compiled(json: string | undefined): ReturnType<FormCheck> {
  const form: unknown = json === undefined ? undefined : JSON.parse(json);
  const fault = shapeFault(ElicitRequestFormParamsSchema, { message: '', requestedSchema: form });
  if (fault !== undefined) throw new TypeError(`elicit() was not sent: ${fault}`);
  const check = new JsonSchemaCheck(form as object, engineFor);
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
