import { COUNTED, PROGRESS_EVENTS } from '../dist/bench/contract/tools.js';
import { text } from './text.mjs';

/** `count` for servers that have no progress helper, such as the official SDK. */
export async function reportProgress({ _meta, sendNotification }) {
  for (let progress = 1; progress <= PROGRESS_EVENTS; progress++)
    await sendNotification({
      method: 'notifications/progress',
      params: { progressToken: _meta.progressToken, progress, total: PROGRESS_EVENTS },
    });
  return text(COUNTED);
}
