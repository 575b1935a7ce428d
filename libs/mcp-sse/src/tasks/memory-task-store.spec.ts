import { describeTaskStore } from '../../../../test/fixtures/tasks/task-store-contract.js';
import { MemoryTaskStore } from './memory-task-store.js';

describeTaskStore('MemoryTaskStore', async () => {
  const store = new MemoryTaskStore();
  return [store, store];
});
