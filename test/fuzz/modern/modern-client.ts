import { Agent } from 'node:http';
import { withinPatience } from '../peer.js';
import type { FuzzServer } from '../fuzz-server.js';
import { Whims } from '../whims.js';
import { ask, head, readEvents, textOf, writeRaw, type Posted } from '../wire.js';
import { ModernJudge, type ModernAnswer } from './modern-answer.js';
import { headersOf, type ModernPost } from './modern-post.js';
import type { ModernVisit, Retry } from './modern-visit.js';

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
/** Rounds that a call may take before the client gives up. */
const MAX_ROUNDS = 12;
const ACCEPTED = { action: 'accept', content: { answer: 'yes' } };
const SAMPLED = { role: 'assistant', model: 'fuzz', content: { type: 'text', text: 'Hello' } };
const RIGHT_ANSWERS: Readonly<Record<string, object>> = {
  'elicitation/create': ACCEPTED,
  'sampling/createMessage': SAMPLED,
  'roots/list': { roots: [] },
};

type Members = Readonly<Record<string, any>>;

/** A client of revision 2026-07-28 that judges each answer on its own. */
export class ModernClient {
  /** Answers that it has judged. */
  answers = 0;
  private readonly url: string;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly whims: Whims;
  private readonly underWay = new Set<Promise<void>>();
  private readonly faults: string[] = [];
  private sessionId?: string;
  private previousState = '';
  private retries = 0;

  constructor(
    private readonly server: FuzzServer,
    private readonly visit: ModernVisit,
  ) {
    this.url = `${server.url}/mcp`;
    this.whims = new Whims(visit.draws);
    server.owners.add(visit.owner);
  }

  /** @returns the number of answers @throws {Error} listing the faults */
  async play(): Promise<number> {
    for (const step of this.visit.steps) {
      if (step.does === 'legacy') this.track(this.legacy(step.text), step.text);
      else if (step.does === 'disturb') this.track(this.disturb(step.how), `disturbance ${step.how}`);
      else {
        this.track(this.send(step.post, step.abortMs), step.post.text);
        if (step.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, step.pauseMs));
      }
    }
    while (this.underWay.size > 0) await Promise.all(this.underWay);
    this.agent.destroy();
    if (this.faults.length > 0) throw new Error(this.faults.slice(0, 10).join('\n'));
    return this.answers;
  }

  private async send(post: ModernPost, abortMs?: number, round = 0): Promise<void> {
    const { agent, server, visit } = this;
    const headers = { ...JSON_TYPE, ...post.headers };
    // Some requests carry the session of another era. It does not matter to the modern one.
    const judge = new ModernJudge(post, server.maxMessageBytes, visit.owner, server.owners);
    let posted: Posted;
    try {
      const leaveMs = abortMs ?? (post.hangs ? 20 : undefined);
      posted = await ask(this.url, { headers: sendable(headers), body: post.text, agent, abortMs: leaveMs });
    } catch (error) {
      if ((error as Error).message.includes('abort')) return;
      throw error;
    }
    const answer = await this.read(posted, post.hangs);
    try {
      judge.check(answer);
    } catch (error) {
      const seen = JSON.stringify({ status: answer.status, said: answer.text ?? answer.messages }).slice(
        0,
        500,
      );
      this.faults.push(
        `${(error as Error).message}: ${seen} to ${JSON.stringify(post.headers)} ${post.text.slice(0, 500)}`,
      );
      return;
    }
    if (answer.isCut) return;
    this.answers++;
    if (judge.isModern && round < MAX_ROUNDS) await this.goOn(post, answer, round);
  }

  /** Goes on with a call that needs input. */
  private async goOn(post: ModernPost, { text, messages }: ModernAnswer, round: number): Promise<void> {
    const { result } = JSON.parse(text || messages?.at(-1) || '{}') as { result?: Members };
    if (result?.['resultType'] !== 'input_required') return;
    const { retries } = this.visit;
    const how = retries[this.retries++ % retries.length]!;
    const message = JSON.parse(post.text) as { params: Members };
    const { inputRequests, requestState } = result as { inputRequests: Members; requestState: string };
    const state = this.stateOf(how, requestState);
    this.previousState = requestState;
    const again = {
      ...message,
      id: `round ${round}`,
      params: {
        ...message.params,
        ...(how.changesCall ? { arguments: { owner: 'somebody else' } } : {}),
        inputResponses: responsesOf(how, inputRequests),
        requestState: state,
      },
    };
    await this.send({ text: JSON.stringify(again), headers: headersOf(again) }, undefined, round + 1);
  }

  private stateOf({ state }: Retry, given: string): string | undefined {
    if (typeof state === 'function') return Buffer.from(state(given)).toString();
    if (state === 'long') return given.repeat(20);
    if (state === 'previous') return this.previousState;
    return state === 'same' ? given : undefined;
  }

  /** Reads an answer, and leaves in the middle of one that does not end. */
  private async read(posted: Posted, hangs = false): Promise<ModernAnswer> {
    const { status, headers, response, request } = posted;
    const isStream = headers['content-type']?.startsWith('text/event-stream') ?? false;
    let isCut = false;
    response.on('error', () => (isCut = true));
    response.on('aborted', () => (isCut = true));
    const leave = () => {
      isCut = true;
      if (this.whims.chance(50)) request.destroy();
      else response.socket.resetAndDestroy();
    };
    if (!isStream) {
      const text = await textOf(response).catch(() => '');
      return { status, headers, text, isCut };
    }
    const messages: string[] = [];
    const drops = this.whims.chance(5);
    const onEvent = ({ event, data }: { event?: string; data?: string }) => {
      if (event !== undefined && data !== undefined && !isCut) messages.push(data);
      if (drops && !isCut && this.whims.chance(30)) leave();
    };
    const giveUp = hangs ? setTimeout(leave, this.whims.below(40)) : undefined;
    await readEvents(response, onEvent);
    clearTimeout(giveUp);
    return { status, headers, messages, isCut };
  }

  /** Speaks a legacy revision over the same connections. */
  private async legacy(text: string): Promise<void> {
    const headers: Record<string, string> = { ...JSON_TYPE };
    if (this.sessionId !== undefined && this.whims.chance(70)) headers['mcp-session-id'] = this.sessionId;
    const {
      status,
      response,
      headers: answered,
    } = await ask(this.url, { headers, body: text, agent: this.agent });
    const body = await textOf(response);
    this.sessionId ??= answered['mcp-session-id'] as string | undefined;
    if (![200, 400, 404].includes(status)) this.faults.push(`${status} to ${text}: ${body}`);
    if (body.includes('resultType') || /"code":-3202/.test(body)) this.faults.push(`the modern era: ${body}`);
  }

  private async disturb(which: number): Promise<void> {
    const { whims, server } = this;
    const how = whims.pick(['FIN', 'RST'] as const);
    const claim = 'MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n';
    const post = `${head('POST', '/mcp', server.port)}${claim}`;
    switch (which) {
      case 0:
        return writeRaw(server.port, `${post}Content-Length: 100\r\n\r\n{"json`, how);
      case 1:
        return writeRaw(server.port, `${post}Mcp-Name: \x01\x02\r\nContent-Length: 2\r\n\r\n{}`, how);
      case 2:
        return writeRaw(
          server.port,
          `${post}Mcp-Name: ${'x'.repeat(20_000)}\r\nContent-Length: 2\r\n\r\n{}`,
          how,
        );
      case 3:
        return this.expect(415, { 'content-type': 'text/plain' });
      case 4:
        return this.expect(406, { accept: 'text/html' });
      default:
        return this.expect(403, { origin: 'https://evil.example' });
    }
  }

  private async expect(expected: number, more: Record<string, string>): Promise<void> {
    const body = '{}';
    const headers = { ...JSON_TYPE, 'mcp-protocol-version': '2026-07-28', ...more };
    const { status, response } = await ask(this.url, { headers, body, agent: this.agent });
    const text = await textOf(response);
    if (status !== expected) this.faults.push(`${status} instead of ${expected}: ${text}`);
  }

  private track(work: Promise<void>, what: string): void {
    const tracked = withinPatience(work, `no answer to ${what.slice(0, 300)}`)
      .catch(({ message }: Error) => void this.faults.push(`${message}, after ${what.slice(0, 300)}`))
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }
}

function responsesOf({ responses }: Retry, questions: Members): unknown {
  if (responses === 'none') return undefined;
  if (typeof responses === 'object') return responses.json;
  const right = Object.entries(questions).map(([key, { method }]) => [key, RIGHT_ANSWERS[method as string]]);
  return Object.fromEntries([...right, ['never asked', ACCEPTED]]);
}

/** Node takes several lines of a header as a list. */
function sendable(headers: Readonly<Record<string, string | readonly string[]>>): Record<string, string> {
  return headers as Record<string, string>;
}
