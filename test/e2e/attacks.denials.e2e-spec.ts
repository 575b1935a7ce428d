import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  ConflictException,
  ForbiddenException,
  Injectable,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import { McpArgs, McpComplete, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { EMPTY, of } from 'rxjs';
import type { WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';

/** What the guard answers, and what the filter returns. */
let verdict: () => unknown;
let returned: () => unknown;
const ran: string[] = [];

@Injectable()
class Guard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.getType<string>() === 'mcp' ? (verdict() as boolean) : true;
  }
}

@Injectable()
class DenyingPipe implements PipeTransform {
  transform(): never {
    throw new ForbiddenException('not with these arguments');
  }
}

@Catch()
class Filter implements ExceptionFilter {
  catch(): unknown {
    return returned();
  }
}

@Injectable()
@UseGuards(Guard)
class Features {
  @McpTool()
  tool(): string {
    return this.run('tool');
  }

  @McpTool({ input: { type: 'object' } })
  piped(@McpArgs(DenyingPipe) _args: object): string {
    return this.run('piped');
  }

  @McpTool()
  conflict(): never {
    throw new ConflictException('sold out');
  }

  @McpResource({ uri: 'notes://secret' })
  resource(): string {
    return this.run('resource');
  }

  @McpPrompt()
  prompt(): string {
    return this.run('prompt');
  }

  @McpComplete({ prompt: 'prompt', argument: 'name' })
  complete(): string[] {
    return [this.run('completion')];
  }

  private run(name: string): string {
    ran.push(name);
    return name;
  }
}

const NOTHING: [string, () => unknown][] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ["''", () => ''],
  ['a promise of null', () => Promise.resolve(null)],
  ['an Observable of nothing', () => EMPTY],
  ['an Observable of null', () => of(null)],
];
const ANYTHING: typeof NOTHING = [
  ...NOTHING,
  ['0', () => 0],
  ['false', () => false],
  ['{}', () => ({})],
  ['[]', () => []],
  ['a string', () => 'welcome'],
  ['an array of strings', () => ['welcome']],
  ['an Observable of a string', () => of('welcome')],
  ['a result of a tool', () => ({ content: [{ type: 'text', text: 'welcome' }] })],
  ['a result of a resource', () => ({ contents: [{ uri: 'notes://secret', text: 'welcome' }] })],
  ['a result of a completion', () => ({ completion: { values: ['welcome'] } })],
  ['a result of a prompt', () => ({ messages: [] })],
];
const DENIALS: typeof NOTHING = [
  ['false', () => false],
  ['null', () => null],
  ['undefined', () => undefined],
  ['0', () => 0],
  ["''", () => ''],
  ['a promise of false', () => Promise.resolve(false)],
  ['a promise of null', () => Promise.resolve(null)],
  ['an Observable of false', () => of(false)],
  ['an Observable of nothing', () => EMPTY],
];
const REQUESTS: [string, object][] = [
  ['tools/call', { name: 'tool' }],
  ['resources/read', { uri: 'notes://secret' }],
  ['resources/subscribe', { uri: 'notes://secret' }],
  ['prompts/get', { name: 'prompt' }],
  [
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'prompt' }, argument: { name: 'name', value: '' } },
  ],
];

const ALL = REQUESTS.map(([method]) => method);

describe('a denial', () => {
  const { connect } = appPerTest();
  const fixture = {
    providers: [Features],
    configure: (app: { useGlobalFilters(filter: ExceptionFilter): unknown }) =>
      void app.useGlobalFilters(new Filter()),
  };
  /** The methods that were refused. */
  const refusedOf = async (client: WireClient) => {
    const refused: string[] = [];
    for (const [id, [method, params]] of REQUESTS.entries()) {
      const { result, error } = await client.call(id, method, params);
      if (error || result.isError === true) refused.push(method);
    }
    return refused;
  };

  it.each(ANYTHING)('is no success when a filter returns %s', async (_name, value) => {
    ran.length = 0;
    returned = value;
    const client = await connect(fixture);
    verdict = () => false;
    expect(await refusedOf(client)).toEqual(ALL);
    verdict = () => {
      throw new UnauthorizedException();
    };
    expect(await refusedOf(client)).toEqual(ALL);
    expect(ran).toEqual([]);
    verdict = () => true;
    expect(await client.callTool('piped', 'piped')).toMatchObject({ result: { isError: true } });
  });

  it.each(DENIALS)('of a guard that answers %s is no success', async (_name, value) => {
    ran.length = 0;
    returned = () => undefined;
    verdict = value;
    expect(await refusedOf(await connect(fixture))).toEqual(ALL);
    expect(ran).toEqual([]);
  });

  it('has the text of the filter, or its own if that has none', async () => {
    const client = await connect(fixture);
    verdict = () => {
      throw new ForbiddenException('not you');
    };
    const textWith = async (value: unknown) => {
      returned = () => value;
      const { result } = await client.callTool(1, 'tool');
      expect(result.isError).toBe(true);
      return result.content[0].text;
    };
    expect(await textWith('ask Ada')).toBe('ask Ada');
    expect(await textWith({ content: [{ type: 'text', text: 'ask Bob' }] })).toBe('ask Bob');
    expect(await textWith({ isError: true, content: [{ type: 'text', text: 'ask Eve' }] })).toBe('ask Eve');
    expect(await textWith({})).toBe('not you');
    returned = () => 'ask Ada';
    const { error } = await client.call(2, 'resources/read', { uri: 'notes://secret' });
    expect(error).toMatchObject({ code: -32600, message: 'ask Ada' });
  });

  it.each(NOTHING)(
    'is told from another exception, which stands when a filter returns %s',
    async (_name, value) => {
      const client = await connect(fixture);
      verdict = () => true;
      returned = value;
      expect(await client.callTool(1, 'conflict')).toMatchObject({
        result: { isError: true, content: [{ text: 'sold out' }] },
      });
      returned = () => of('come back on Monday');
      const { result } = await client.callTool(2, 'conflict');
      expect(result).toEqual({ content: [{ type: 'text', text: 'come back on Monday' }] });
    },
  );
});
