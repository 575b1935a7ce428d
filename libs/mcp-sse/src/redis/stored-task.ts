import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import {
  either,
  isFields,
  isInteger,
  isNumber,
  isPrincipal,
  isText,
  isTexts,
  listOf,
  object,
  oneOf,
  optional,
  PRINCIPAL,
  type Fields,
} from '../model/cluster/shape.js';
import type { McpTaskChange, McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import { known } from './stored-json.js';
import { judgeVersion, VERSION } from './written-json.js';

const isQuestion = object({
  key: isText,
  identity: isText,
  request: optional(object({ method: isText })),
  state: oneOf('open', 'answered', 'refused'),
  answer: optional(isText),
});

const isCount = (value: unknown) => Array.isArray(value) && isText(value[0]) && isInteger(value[1]);

const isStep = object({ key: isText, json: optional(isText), asked: listOf(isCount) });

const TASK: Record<keyof McpTaskRecord, (value: unknown) => boolean> = {
  id: isText,
  version: isInteger,
  server: isText,
  tool: isText,
  arguments: isFields,
  meta: optional(isFields),
  owner: isText,
  principal: isPrincipal,
  route: isTexts,
  headers: isTexts,
  transport: isText,
  protocolVersion: isText,
  clientInfo: optional(isFields),
  clientCapabilities: optional(isFields),
  requestId: either(isText, isNumber),
  correlationId: isText,
  status: oneOf('working', 'input_required', 'completed', 'failed', 'cancelled'),
  statusMessage: optional(isText),
  createdAt: isNumber,
  lastUpdatedAt: isNumber,
  ttlMs: isNumber,
  pollIntervalMs: isNumber,
  questions: listOf(isQuestion),
  steps: listOf(isStep),
  result: optional(isFields),
  error: optional(object({ code: isInteger, message: isText })),
  attempt: isInteger,
  run: optional(isText),
  aliveUntil: optional(isNumber),
};

const isTask = object(TASK);

/** The members of a task, or a change of it, as JSON. A whole task has the version that writes it. */
export function taskFields(task: McpTaskRecord | McpTaskChange): [name: string, json: string][] {
  const fields = Object.entries(task).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, JSON.stringify(value)] as [string, string]],
  );
  return 'id' in task ? [['v', String(VERSION)], ...fields] : fields;
}

/**
 * Members that only a later version knows are left out. They stay in the store, since only changes are written.
 *
 * @returns undefined for anything but a task, `later` for one that only a later version can read; both are reported
 */
export function readTask(
  stored: Readonly<Record<string, string>>,
  reports: ClusterReports,
): McpTaskRecord | 'later' | undefined {
  const fields = parsed(stored);
  if (!fields) return void reports.unreadable('record', 'it is not JSON');
  const isReadable = judgeVersion(fields, 'record', reports);
  if (isReadable === undefined) return undefined;
  if (!isReadable) return 'later';
  if (!isTask(fields)) return void reports.unreadable('record', 'it has another shape');
  const principal = known(fields['principal'] as Fields, PRINCIPAL);
  return { ...known(fields, TASK), principal } as unknown as McpTaskRecord;
}

function parsed(stored: Readonly<Record<string, string>>): Fields | undefined {
  try {
    return Object.fromEntries(
      Object.entries(stored).map(([name, json]) => [name, JSON.parse(json) as unknown]),
    );
  } catch {
    return undefined;
  }
}
