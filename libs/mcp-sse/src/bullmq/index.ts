export { bullmqRunner } from './bullmq-runner.js';
export type { BullmqRunnerOptions } from './bullmq-runner.options.js';
