/** A sample of the machine's state. */
export interface SystemMetrics {
  /** ISO 8601. */
  at: string;
  cpu: {
    cores: number;
    /** CPU usage since the previous sample, 0 to 100. */
    usedPercent: number;
    /** Over 1, 5 and 15 minutes; zeros on Windows. */
    loadAverage: number[];
  };
  memory: { totalBytes: number; freeBytes: number; usedPercent: number };
  /** The file system of `path`. */
  disk: { path: string; totalBytes: number; freeBytes: number; usedPercent: number };
  /** This process. */
  process: { rssBytes: number; heapUsedBytes: number; uptimeSeconds: number };
}
