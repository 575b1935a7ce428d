/** What nodes read of each other, and of what any of them has stored. */
export type ClusterText = 'message' | 'record' | 'event' | 'request';

/** Is told of what nobody waits for, so that it is counted and logged. */
export interface ClusterReports {
  /** Something cannot be read, and is dropped. @param why such as `it is not JSON` */
  unreadable(kind: ClusterText, why: string): void;
  /** Something was written by a node of a later version. */
  later(version: number): void;
  /** An error of ours ended something. @param where what failed, such as `the message "left" of another node` */
  failed(error: unknown, where: string): void;
}

export const NO_REPORTS: ClusterReports = {
  unreadable() {},
  later() {},
  failed() {},
};
