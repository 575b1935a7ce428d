export interface HealthReport {
  status: 'ok';
  transport: 'sse';
  name: string;
  version: string;
  /** How many are open. */
  sessions: number;
  uptimeSeconds: number;
}
