import { COUNTED, PROGRESS_EVENTS } from '../dist/bench/contract/tools.js';
import { text } from './text.mjs';

/** What `count` does where progress is a notification to be written out, as in the official SDK. */
export async function reportProgress({ _meta, sendNotification }) {
  for (let progress = 1; progress <= PROGRESS_EVENTS; progress++)
    await sendNotification({
      method: 'notifications/progress',
      params: { progressToken: _meta.progressToken, progress, total: PROGRESS_EVENTS },
    });
  return text(COUNTED);
}
