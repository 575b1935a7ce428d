import type { McpTaskRecord } from '../model/tasks/mcp-task-record.js';

/** The members that a task has in each answer. */
interface WireTask {
  readonly taskId: string;
  readonly status: McpTaskRecord['status'];
  readonly statusMessage?: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
}

/** The result that gives a client the handle of its task. */
export function taskHandle(task: McpTaskRecord): object {
  return { resultType: 'task', ...wireTask(task) };
}

/** A task as `tasks/get` and notifications have it. */
export function detailedTask(task: McpTaskRecord): object {
  const { status, questions, result, error } = task;
  switch (status) {
    case 'input_required': {
      const open = questions.filter(({ state }) => state === 'open');
      const inputRequests = Object.fromEntries(open.map(({ key, request }) => [key, request]));
      return { ...wireTask(task), inputRequests };
    }
    case 'completed':
      return { ...wireTask(task), result };
    case 'failed':
      return { ...wireTask(task), error };
    default:
      return wireTask(task);
  }
}

function wireTask({
  id: taskId,
  status,
  statusMessage,
  createdAt,
  lastUpdatedAt,
  ttlMs,
  pollIntervalMs,
}: McpTaskRecord): WireTask {
  return {
    taskId,
    status,
    statusMessage,
    createdAt: new Date(createdAt).toISOString(),
    lastUpdatedAt: new Date(lastUpdatedAt).toISOString(),
    ttlMs,
    pollIntervalMs,
  };
}
