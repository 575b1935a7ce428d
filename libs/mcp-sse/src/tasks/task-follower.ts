import type { ErrorReporter } from '../model/error-reporter.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext } from '../model/invoker.js';
import type { TaskMethods } from './task-methods.js';
import type { TaskWatches } from './task-watches.js';
import { detailedTask } from './wire-task.js';

/** Tells a client of the changes of a task that it may see. */
export class TaskFollower {
  private told?: string;
  private turn: Promise<boolean>;

  constructor(
    private readonly id: string,
    private readonly context: InvokedContext,
    private readonly methods: TaskMethods,
    private readonly errors: ErrorReporter,
    private readonly tell: (task: object) => void,
  ) {
    this.turn = Promise.resolve(false);
  }

  /** Tells the state now, and with each change. @returns stops that */
  follow(watches: TaskWatches, leaseMs?: number): () => void {
    const next = () => (this.turn = this.turn.then(() => this.look()));
    const stopWatching = watches.on(this.id, next);
    // Nobody tells of a worker that is gone.
    const timer = leaseMs === undefined ? undefined : setInterval(next, leaseMs).unref();
    void next();
    return () => {
      stopWatching();
      clearInterval(timer);
    };
  }

  /** Whether the client may see the task. */
  isSeen(): Promise<boolean> {
    return this.turn;
  }

  /** Never rejects: nobody awaits it, and the next change is looked at after it. */
  private async look(): Promise<boolean> {
    try {
      const task = await this.methods.admitted(this.id, this.context);
      if (!task) return false;
      const state = detailedTask(task);
      const json = JSON.stringify(state);
      if (json !== this.told) this.tell(state);
      this.told = json;
      return true;
    } catch (error) {
      if (!(error instanceof JsonRpcError)) this.errors.report(error, 'a subscription to a task');
      return false;
    }
  }
}
