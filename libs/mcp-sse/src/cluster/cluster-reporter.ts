import type { ClusterReports, ClusterText } from '../model/cluster/cluster-reports.js';
import type { ErrorReporter } from '../model/error-reporter.js';

const SILENCE_MS = 60_000;

/** Counts what a node drops, and logs each kind once a minute at most. */
export class ClusterReporter implements ClusterReports {
  /** How much could not be read, by kind. */
  readonly unread: Record<ClusterText, number> = { message: 0, record: 0, event: 0, request: 0 };
  private readonly loggedAt = new Map<string, number>();

  constructor(private readonly errors: ErrorReporter) {}

  unreadable(kind: ClusterText, why: string): void {
    const count = ++this.unread[kind];
    if (this.isDue(kind))
      this.errors.warn(`A ${kind} of the cluster is dropped: ${why} (number ${count} of its kind).`);
  }

  later(version: number): void {
    if (this.isDue('version'))
      this.errors.warn(
        `a node of a later version is in the cluster: it writes version ${version}. Update this one too.`,
      );
  }

  failed(error: unknown, where: string): void {
    if (this.isDue(where)) this.errors.report(error, where);
  }

  private isDue(kind: string): boolean {
    const now = Date.now();
    if (now < (this.loggedAt.get(kind) ?? -Infinity) + SILENCE_MS) return false;
    this.loggedAt.set(kind, now);
    return true;
  }
}
