import type { Id } from './acceptable.js';
import { anyJson, deepJson, mangled, mutated } from './any-json.js';
import type { Random } from './random.js';

/** What a client sends next. */
export interface Outgoing {
  readonly text: string;
  /** Of requests that are not answered until they are cancelled. */
  readonly hangs?: Id;
  readonly cancels?: Id;
}

const ODD_IDS: Id[] = [
  0,
  -1,
  1,
  '0',
  '1',
  '',
  ' ',
  '"',
  '\n',
  '__proto__',
  '☃',
  2 ** 53 - 1,
  'x'.repeat(500),
];
const RIGHT_ANSWER = { role: 'assistant', model: 'fuzz', content: { type: 'text', text: 'Hello' } };

/** The messages of one client, sound and unsound ones. */
export class Traffic {
  private readonly sent: Id[] = [];
  private count = 0;

  constructor(
    private readonly random: Random,
    private readonly owner: string,
    private readonly hasBatches: boolean,
  ) {}

  next(): Outgoing {
    const { random } = this;
    const kind = random.below(100);
    if (kind < 60) return this.request();
    if (kind < 68) return this.cancellation();
    if (kind < 75) return { text: JSON.stringify(this.notification()) };
    if (kind < 80) return { text: JSON.stringify(this.response(this.anyId())) };
    if (kind < 85) return this.batch();
    if (kind < 90) return { text: Buffer.from(mangled(random, this.plain())).toString() };
    if (kind < 96) return { text: JSON.stringify(mutated(random, JSON.parse(this.plain()))) };
    if (kind < 98) return { text: this.deep() };
    return { text: random.chance(0.5) ? JSON.stringify(anyJson(random)) : `"${'z'.repeat(70_000)}"` };
  }

  /** An answer to a request of the server: right, wrong, an error, for somebody else, twice, or none. */
  answersTo({ id }: Record<string, any>): Outgoing[] {
    const right = { text: JSON.stringify({ jsonrpc: '2.0', id, result: RIGHT_ANSWER }) };
    const { random } = this;
    switch (random.below(6)) {
      case 0:
        return [];
      case 1:
        return [right, right];
      case 2:
        return [{ text: JSON.stringify(this.response(id as Id)) }];
      case 3:
        return [{ text: JSON.stringify({ jsonrpc: '2.0', id, error: anyJson(random) }) }];
      case 4:
        return [{ text: JSON.stringify({ jsonrpc: '2.0', id: String(id), result: RIGHT_ANSWER }) }];
      default:
        return [right];
    }
  }

  initialize(protocolVersion: string): string {
    const capabilities = this.random.chance(0.8) ? { sampling: {} } : {};
    const clientInfo = { name: 'fuzz', version: '1' };
    return rpc(this.freshId(), 'initialize', { protocolVersion, capabilities, clientInfo });
  }

  ping(): { id: Id; text: string } {
    const id = this.freshId();
    return { id, text: rpc(id, 'ping') };
  }

  private request(): Outgoing {
    const { random } = this;
    const id = random.chance(0.06) ? this.anyId() : this.freshId();
    if (random.chance(0.1)) {
      const params = { name: random.pick(['hang', 'waits']), _meta: this.meta() };
      // Another request may have the id still: what hangs is told by an id of its own.
      const own = this.freshId();
      return { text: rpc(own, 'tools/call', params), hangs: own };
    }
    const [method, params] = this.invocation();
    return { text: rpc(id, method, { ...params, _meta: this.meta() }) };
  }

  private invocation(): [string, object?] {
    const { random, owner } = this;
    const call = (name: string, args?: object): [string, object] => ['tools/call', { name, arguments: args }];
    return random.pick<() => [string, object?]>([
      () => ['ping'],
      () => call('echo', { owner }),
      () => call('echo', { owner, more: anyJson(random) }),
      () => call('echo', mutated(random, { owner: '-' }) as object),
      () => call('slow', { ms: random.below(20), more: anyJson(random) }),
      () => call('steps'),
      () => call('fail'),
      () => call('big'),
      () => call('asks'),
      () => call('away'),
      () => call(random.pick(['nothing', '__proto__', '']), {}),
      () => ['tools/list', random.chance(0.5) ? {} : { cursor: anyJson(random) }],
      () => ['resources/list'],
      () => ['resources/templates/list'],
      () => [
        'resources/read',
        { uri: random.pick(['live://clock', 'item://1', 'item://%', 'no://such', '']) },
      ],
      () => ['resources/subscribe', { uri: random.pick(['live://clock', 'item://1', 'no://such']) }],
      () => ['resources/unsubscribe', { uri: random.pick(['live://clock', 'no://such']) }],
      () => ['prompts/get', { name: 'greet', arguments: { owner } }],
      () => ['prompts/list'],
      () => ['completion/complete', COMPLETION],
      () => ['logging/setLevel', { level: random.pick(['debug', 'error', 'loud', 1]) }],
      () => [random.pick(['', 'server/discover', 'constructor', 'tools/list ', '☃'])],
      () => ['tools/call', anyObject(random)],
    ])();
  }

  private cancellation(): Outgoing {
    const requestId = this.random.chance(0.2) ? anyJson(this.random) : this.anyId();
    const params = { requestId, reason: this.random.chance(0.5) ? 'enough' : anyJson(this.random) };
    const text = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    const isId = typeof requestId === 'string' || typeof requestId === 'number';
    return isId ? { text, cancels: requestId } : { text };
  }

  private notification(): object {
    const method = this.random.pick([
      'notifications/initialized',
      'notifications/roots/list_changed',
      'notifications/progress',
      'notifications/unknown',
      'tools/call',
    ]);
    return { jsonrpc: '2.0', method, params: anyObject(this.random) };
  }

  private response(id: Id): object {
    return this.random.chance(0.5)
      ? { jsonrpc: '2.0', id, result: anyJson(this.random) }
      : { jsonrpc: '2.0', id, error: anyJson(this.random) };
  }

  private batch(): Outgoing {
    const messages = Array.from({ length: this.random.below(4) }, () => this.plain());
    if (!this.hasBatches && this.random.chance(0.7)) return { text: this.plain() };
    return { text: `[${messages.join(',')}]` };
  }

  private deep(): string {
    const params = `{"name":"slow","arguments":{"more":${deepJson(this.random)}}}`;
    return `{"jsonrpc":"2.0","id":${JSON.stringify(this.freshId())},"method":"tools/call","params":${params}}`;
  }

  /** A sound message that does not hang. */
  private plain(): string {
    const [method, params] = this.invocation();
    return this.random.chance(0.8)
      ? rpc(this.freshId(), method, params)
      : JSON.stringify(this.notification());
  }

  private freshId(): Id {
    const count = ++this.count;
    const odd = ODD_IDS[count - 1];
    const id = odd ?? this.random.pick<Id>([count, `${count}`, `id ${count}`, -count - 1]);
    this.sent.push(id);
    return id;
  }

  /** Most likely of a request that was sent lately. */
  private anyId(): Id {
    const latest = this.sent.slice(-10);
    return latest.length === 0 || this.random.chance(0.1)
      ? this.random.pick(ODD_IDS)
      : this.random.pick(latest);
  }

  private meta(): object | undefined {
    return this.random.chance(0.5) ? { progressToken: this.random.pick([0, 'token', '', 1.5]) } : undefined;
  }
}

const COMPLETION = { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'owner', value: 'a' } };

function anyObject(random: Random): object {
  const value = anyJson(random);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value };
}

function rpc(id: Id, method: string, params?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}
