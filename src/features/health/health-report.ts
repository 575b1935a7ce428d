export interface HealthReport {
  /** `draining` once a signal has told the application to stop. */
  status: 'ok' | 'draining';
  transport: 'sse';
  name: string;
  version: string;
}
