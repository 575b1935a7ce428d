import { describe, expect, it } from '@jest/globals';
import { MemoryBudget } from './memory-budget.js';
import { OutgoingStream } from './outgoing-stream.js';
import { ReplayBudget } from './replay-budget.js';
import type { Sink } from './sink.js';
import type { StreamEvent, StreamItem } from './stream-event.js';

class TestSink implements Sink {
  readonly written: StreamItem[] = [];
  writable = true;
  destroyed = false;
  connectionEnds = false;
  gathering = 0;
  /** Number of items that were written by the last `flush()`. */
  flushed = 0;
  private listener: () => void = () => undefined;

  constructor(public begun = true) {}

  get ids(): string[] {
    return this.written.map(idOf);
  }

  write(item: StreamItem): void {
    this.written.push(item);
  }

  onDrain(listener: () => void): () => void {
    this.listener = listener;
    return () => (this.listener = () => undefined);
  }

  drain(): void {
    this.writable = true;
    this.listener();
  }

  gather(): () => void {
    this.gathering++;
    return () => this.gathering--;
  }

  flush(): void {
    this.flushed = this.written.length;
  }

  endConnection(): void {
    this.connectionEnds = true;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

const idOf = (item: StreamItem) => ('id' in item ? item.id : item.comment);
const event = (id: string, data = id): StreamEvent => ({ id, type: 'message', data });
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const debtor = { trim: () => undefined, cut: () => undefined };
const budget = (maxEvents = 1_000, maxBytes = 1_000_000_000) =>
  new ReplayBudget({ maxEvents, maxBytes }, MemoryBudget.unlimited().open('anybody', debtor));

function attached(maxQueuedBytes = 100, ownBudget = budget()) {
  const cuts: string[] = [];
  const options = { maxQueuedBytes, heartbeatMs: false, onCut: () => cuts.push('cut') } as const;
  const stream = new OutgoingStream(options, ownBudget);
  const sink = new TestSink();
  const ends: string[] = [];
  const subscription = stream
    .attach(sink, () => ends.push('detached'))
    .subscribe({ complete: () => ends.push('completed') });
  return { stream, sink, ends, cuts, subscription };
}

describe('OutgoingStream', () => {
  it('keeps events until a client is attached, and their order', () => {
    const stream = new OutgoingStream({ maxQueuedBytes: 100, heartbeatMs: false }, budget());
    stream.push(event('a'));
    stream.push(event('b'));
    expect(stream.queuedBytes).toBe(2);
    const sink = new TestSink();
    stream.attach(sink, () => undefined).subscribe();
    stream.push(event('c'));
    expect(sink.written).toEqual([event('a'), event('b'), event('c')]);
    expect(stream.queuedBytes).toBe(0);
  });

  it('emits what begins the response, and writes to it what comes after that, in later turns', async () => {
    const stream = new OutgoingStream({ maxQueuedBytes: 100, heartbeatMs: false }, budget());
    const sink = new TestSink(false);
    const emitted: string[] = [];
    stream
      .attach(sink, () => undefined, event('prelude'))
      .subscribe((item) => {
        sink.begun = true;
        emitted.push(idOf(item));
      });
    stream.push(event('a'));
    expect([emitted, sink.ids]).toEqual([['prelude'], []]);
    await nextTurn();
    stream.push(event('b'));
    expect([emitted, sink.ids]).toEqual([['prelude'], ['a', 'b']]);
  });

  it('writes what is held back for a client before another one takes its place', () => {
    const { stream, sink, ends } = attached();
    stream.push(event('a'));
    stream.attach(new TestSink(), () => undefined).subscribe();
    expect([sink.ids, sink.flushed, ends]).toEqual([['a'], 1, ['completed']]);
  });

  it('hands nothing over while the sink is full, and all of it in order once it drains', () => {
    const { stream, sink } = attached();
    stream.push(event('a'));
    sink.writable = false;
    stream.push(event('b'));
    stream.push(event('c'));
    expect(sink.ids).toEqual(['a']);
    sink.drain();
    stream.push(event('d'));
    expect(sink.ids).toEqual(['a', 'b', 'c', 'd']);
  });

  it('hands over a bounded part in one turn of the event loop, and the rest in the next ones', async () => {
    const { stream, sink } = attached(10_000_000);
    for (let index = 0; index < 10; index++) stream.push(event(String(index), 'x'.repeat(30_000)));
    expect(sink.ids).toHaveLength(3);
    expect(stream.queuedBytes).toBe(210_000);
    while (stream.queuedBytes > 0) await nextTurn();
    expect(sink.ids).toEqual(Array.from({ length: 10 }, (_, index) => String(index)));
  });

  it('sends what one turn of the event loop hands over in one piece', async () => {
    const { stream, sink } = attached();
    const gathering: number[] = [];
    for (const id of ['a', 'b', 'c']) {
      stream.push(event(id));
      gathering.push(sink.gathering);
    }
    await nextTurn();
    expect([...gathering, sink.gathering]).toEqual([1, 1, 1, 0]);
  });

  it('cuts off a client that lets too much wait, but not for a single event, and keeps what waits', () => {
    const { stream, sink, ends, cuts } = attached(100);
    sink.writable = false;
    expect(stream.push(event('a', 'x'.repeat(500)))).toBe(true);
    expect([cuts, sink.destroyed, stream.attached]).toEqual([[], false, true]);
    expect(stream.push(event('b'))).toBe(true);
    expect([cuts, ends, sink.destroyed, stream.attached]).toEqual([['cut'], ['detached'], true, false]);
    const next = new TestSink();
    stream.attach(next, () => undefined).subscribe();
    expect(next.written).toEqual([event('a', 'x'.repeat(500)), event('b')]);
  });

  it('says so when more waits than the budget has', () => {
    const stream = new OutgoingStream({ maxQueuedBytes: 100, heartbeatMs: false }, budget(10, 100));
    expect(stream.push(event('a', 'x'.repeat(500)))).toBe(true);
    expect(stream.push(event('b'))).toBe(false);
  });

  it('sends what waits when it ends, and does not call that a detachment', () => {
    const { stream, sink, ends } = attached();
    sink.writable = false;
    stream.push(event('a'));
    stream.end();
    expect(sink.ids).toEqual(['a']);
    expect(ends).toEqual(['completed']);
    expect(stream.attached).toBe(false);
  });

  it('has the connection end with it when the server closes, and only then', () => {
    const [closing, other] = [attached(), attached()];
    closing.stream.end(true);
    other.stream.end();
    expect([closing.sink.connectionEnds, other.sink.connectionEnds]).toEqual([true, false]);
  });

  it('notices that its client leaves', () => {
    const { stream, subscription, ends } = attached();
    subscription.unsubscribe();
    expect(ends).toEqual(['detached']);
    expect(stream.attached).toBe(false);
  });

  describe('that keeps what it handed over', () => {
    it('gives a client that comes back what it missed, each time once', () => {
      const { stream, reattach } = replaying();
      for (const id of ['a', 'b', 'c']) stream.push(event(id));
      expect(reattach('a')).toEqual(['b', 'c']);
      expect(reattach('b')).toEqual(['c']);
      expect(reattach('a')).toEqual(['b', 'c']);
    });

    it('ends the connection that seems to be there still', () => {
      const { stream, ends } = replaying();
      stream.push(event('a'));
      expect(stream.rewind('a')).toBe(true);
      expect(ends).toEqual(['completed']);
    });

    it('loses nothing when the client that came back left before it was attached', () => {
      const { stream, reattach } = replaying();
      for (const id of ['a', 'b']) stream.push(event(id));
      stream.rewind('a');
      stream.push(event('c'));
      expect(reattach('a')).toEqual(['b', 'c']);
    });

    it('knows no more of what fell out of its limits', () => {
      const { stream } = replaying();
      for (const id of ['a', 'b', 'c', 'd', 'e']) stream.push(event(id));
      expect(stream.rewind('a')).toBe(false);
      expect(stream.rewind('never')).toBe(false);
      // What came after the last one that fell out is still here.
      expect(stream.rewind('b')).toBe(true);
      expect(stream.rewind('d')).toBe(true);
    });

    it('completes when it is finished, and has nothing to come back for once all of it was read', () => {
      const { stream, ends, reattach } = replaying();
      for (const id of ['a', 'b']) stream.push(event(id));
      stream.finish();
      expect(ends).toEqual(['completed']);
      expect(reattach('a')).toEqual(['b']);
      expect(ends).toEqual(['completed', 'completed']);
      expect(stream.rewind('b')).toBe(false);
    });

    function replaying() {
      const stream = new OutgoingStream({ maxQueuedBytes: 100, heartbeatMs: false }, budget(3, 100));
      const ends: string[] = [];
      const attach = () => {
        const sink = new TestSink();
        stream
          .attach(sink, () => ends.push('detached'))
          .subscribe({ complete: () => ends.push('completed') });
        return sink.ids;
      };
      attach();
      const reattach = (lastEventId: string) => {
        stream.rewind(lastEventId);
        return attach();
      };
      return { stream, ends, reattach };
    }
  });

  it('drops the connection and what waits when it is destroyed', () => {
    const { stream, sink } = attached();
    sink.writable = false;
    stream.push(event('a'));
    stream.destroy();
    expect(sink.destroyed).toBe(true);
    expect(stream.queuedBytes).toBe(0);
    expect(sink.ids).toEqual([]);
  });

  it('keeps nothing of an ended stream once its response has closed', () => {
    const memory = MemoryBudget.unlimited();
    const limits = { maxEvents: 10, maxBytes: 1_000 };
    const { stream, sink } = attached(100, new ReplayBudget(limits, memory.open('anybody', debtor)));
    let close!: () => void;
    Object.assign(sink, { onClose: (listener: () => void) => (close = listener) });
    stream.push(event('a'));
    stream.end();
    expect(memory.bytes).toBeGreaterThan(0);
    close();
    expect([memory.bytes, sink.destroyed]).toEqual([0, false]);
  });
});
