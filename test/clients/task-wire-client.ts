import { type Message, ModernWireClient } from './modern-wire-client.js';

export const TASKS = 'io.modelcontextprotocol/tasks';

export const CAPABILITIES = { elicitation: { form: {} }, sampling: {}, extensions: { [TASKS]: {} } };
const FINAL = ['completed', 'failed', 'cancelled'];

/** A client of revision 2026-07-28 that takes tasks, and exposes the wire. */
export class TaskWireClient extends ModernWireClient {
  override call(method: string, params: Message = {}, headers?: Record<string, string>): Promise<Message> {
    return super.call(method, withTasks(params), headers);
  }

  override stream(method: string, params: Message = {}) {
    return super.stream(method, withTasks(params));
  }

  /** Calls a tool. @returns the handle of the task */
  async begin(name: string, args: object = {}): Promise<string> {
    const { result } = await this.callTool(name, args);
    return result.taskId as string;
  }

  async get(taskId: string): Promise<Message> {
    return (await this.call('tasks/get', { taskId })).result as Message;
  }

  answer(taskId: string, inputResponses: object): Promise<Message> {
    return this.call('tasks/update', { taskId, inputResponses });
  }

  cancel(taskId: string): Promise<Message> {
    return this.call('tasks/cancel', { taskId });
  }

  /** Asks until the task has one of the states. */
  async until(taskId: string, ...states: string[]): Promise<Message> {
    for (;;) {
      const task = await this.get(taskId);
      if (states.includes(task['status'])) return task;
      if (FINAL.includes(task['status'])) throw new Error(`The task is ${JSON.stringify(task)}.`);
    }
  }

  /** Asks until the task has ended. */
  ended(taskId: string): Promise<Message> {
    return this.until(taskId, ...FINAL);
  }
}

function withTasks(params: Message): Message {
  const meta = { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES, ...params['_meta'] };
  return { ...params, _meta: meta };
}
