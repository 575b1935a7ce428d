/** Kinds of data that one node writes and another reads. */
export type ClusterText = 'message' | 'record' | 'event' | 'request';

/** Counts and logs failures of background work. */
export interface ClusterReports {
  /** Unreadable data was dropped. @param why such as `it is not JSON` */
  unreadable(kind: ClusterText, why: string): void;
  /** Data was written by a node of a later version. */
  later(version: number): void;
  /** An operation failed by an error of the library. @param where such as `the message "left" of another node` */
  failed(error: unknown, where: string): void;
}

export const NO_REPORTS: ClusterReports = {
  unreadable() {},
  later() {},
  failed() {},
};
