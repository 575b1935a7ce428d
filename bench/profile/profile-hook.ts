/** Preloaded into a server: profiles its CPU from one message to the next. */
import { Session } from 'node:inspector/promises';

/** Interval between samples, in microseconds. */
const INTERVAL_MICROS = 200;

const session = new Session();
session.connect();

process.on('message', async (question) => {
  if (question === 'profile') {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS });
    await session.post('Profiler.start');
    process.send!('started');
  } else if (question === 'profiled') {
    const { profile } = await session.post('Profiler.stop');
    process.send!(profile);
  }
});
