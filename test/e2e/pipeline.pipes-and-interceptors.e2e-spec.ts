import { expect, it } from '@jest/globals';
import {
  BadRequestException,
  Inject,
  Injectable,
  UseInterceptors,
  UsePipes,
  type ArgumentMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { IsString } from 'class-validator';
import {
  McpArgs,
  McpContext,
  McpCtx,
  McpPrincipal,
  McpPrompt,
  McpResource,
  McpTool,
  progress,
} from 'nestjs-mcp-sse';
import { concat, defer, from, map, of, tap, type Observable } from 'rxjs';
import * as z from 'zod';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';

const ANYTHING = { type: 'object' } as const;

class GreetDto {
  @IsString()
  name!: string;
}

/** Adds its name to the name of the arguments, and tells by which parameters it was asked. */
class Naming implements PipeTransform {
  readonly asked: ArgumentMetadata[] = [];

  constructor(private readonly name: string) {}

  transform(value: GreetDto, metadata: ArgumentMetadata): unknown {
    this.asked.push(metadata);
    return { ...value, name: `${value.name} ${this.name}` };
  }
}

@Injectable()
class Exclaiming implements PipeTransform {
  constructor(@Inject('MARK') private readonly mark: string) {}

  transform(value: GreetDto): unknown {
    return { ...value, name: `${value.name}${this.mark}` };
  }
}

/** As Nest's documentation has it. */
class ZodPipe implements PipeTransform {
  constructor(private readonly schema: z.ZodType) {}

  transform(value: unknown): unknown {
    const { success, data } = this.schema.safeParse(value);
    if (!success) throw new BadRequestException('Validation failed');
    return data;
  }
}

describeOnAdapters('pipes', (adapter) => {
  const { connect } = appPerTest(adapter);

  it('run for the arguments alone: global, class, method, parameter', async () => {
    const pipes = ['global', 'APP_PIPE', 'class', 'method', 'parameter'].map((name) => new Naming(name));
    const [ofApp, provided, ofClass, ofMethod, ofParameter] = pipes as [
      Naming,
      Naming,
      Naming,
      Naming,
      Naming,
    ];
    @Injectable()
    @UsePipes(ofClass)
    class Tools {
      @McpTool({ input: ANYTHING })
      @UsePipes(ofMethod)
      piped(
        @McpArgs(ofParameter) { name }: any,
        @McpCtx() ctx: McpContext,
        @McpPrincipal() _user: McpPrincipal,
      ) {
        return `${name} ${ctx.requestId}`;
      }
    }
    const client = await connect({
      providers: [Tools, { provide: APP_PIPE, useValue: provided }],
      configure: (app) => void app.useGlobalPipes(ofApp),
    });
    expect(textOf(await client.callTool(7, 'piped', { name: 'Ada' }))).toBe(
      'Ada APP_PIPE global class method parameter 7',
    );
    expect(pipes.map(({ asked }) => asked.map(({ type }) => type))).toEqual(pipes.map(() => ['body']));
  });

  it("named by class are created in the provider's module: of the class, the method, a parameter", async () => {
    @Injectable()
    @UsePipes(Exclaiming)
    class ByClass {
      @McpTool()
      byClass({ name }: GreetDto) {
        return name;
      }
    }
    @Injectable()
    class ByMethod {
      @McpTool()
      @UsePipes(Exclaiming)
      byMethod({ name }: GreetDto) {
        return name;
      }
      @McpTool()
      byParameter(@McpArgs(Exclaiming) { name }: GreetDto) {
        return name;
      }
    }
    const client = await connect({
      imports: [
        { module: class First {}, providers: [ByClass, { provide: 'MARK', useValue: '!' }] },
        { module: class Second {}, providers: [ByMethod, { provide: 'MARK', useValue: '?' }] },
      ],
    });
    expect(textOf(await client.callTool(1, 'byClass', { name: 'Ada' }))).toBe('Ada!');
    expect(textOf(await client.callTool(2, 'byMethod', { name: 'Ada' }))).toBe('Ada?');
    expect(textOf(await client.callTool(3, 'byParameter', { name: 'Ada' }))).toBe('Ada?');
  });

  it('of a method that check every value let the context pass', async () => {
    @Injectable()
    class Tools {
      @McpTool({ input: ANYTHING })
      @UsePipes(new ZodPipe(z.object({ name: z.string() })))
      greet({ name }: any, ctx: McpContext) {
        return `${name} ${ctx.requestId}`;
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'greet', { name: 'Ada' }))).toBe('Ada 1');
    expect(textOf(await client.callTool(2, 'greet', { name: 7 }))).toBe('isError: Validation failed');
  });

  it('do not run for a method without parameters', async () => {
    const naming = new Naming('never');
    @Injectable()
    class Tools {
      @McpTool()
      nothing() {
        return 'done';
      }
    }
    const client = await connect({
      providers: [Tools],
      configure: (app) => void app.useGlobalPipes(naming),
    });
    expect(textOf(await client.callTool(1, 'nothing'))).toBe('done');
    expect(naming.asked).toEqual([]);
  });
});

/** Puts its name around what a call returns. */
class Wrapping implements NestInterceptor {
  constructor(private readonly name: string) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((value) => `${this.name}(${String(value)})`));
  }
}

describeOnAdapters('interceptors', (adapter) => {
  const { connect } = appPerTest(adapter);

  it('map the result: the method one first, then class, then global', async () => {
    @Injectable()
    @UseInterceptors(new Wrapping('class'))
    class Tools {
      @McpTool()
      @UseInterceptors(new Wrapping('method'))
      wrapped() {
        return 'it';
      }
    }
    const client = await connect({
      providers: [Tools, { provide: APP_INTERCEPTOR, useValue: new Wrapping('APP_INTERCEPTOR') }],
      configure: (app) => void app.useGlobalInterceptors(new Wrapping('useGlobalInterceptors')),
    });
    expect(textOf(await client.callTool(1, 'wrapped'))).toBe(
      'APP_INTERCEPTOR(useGlobalInterceptors(class(method(it))))',
    );
  });

  it('see only the result of a streaming handler', async () => {
    const seen: unknown[] = [];
    const recording: NestInterceptor = {
      intercept: (_context, next) => next.handle().pipe(tap((value) => seen.push(value))),
    };
    const steps = () => concat(of(progress(1), progress(2)), of('not the last'), of('the last'));
    @Injectable()
    @UseInterceptors(recording)
    class Tools {
      @McpTool()
      observable() {
        return steps();
      }
      @McpTool()
      promised() {
        return Promise.resolve(steps());
      }
      @McpTool()
      async *generator() {
        yield progress(1);
        await Promise.resolve();
        yield 'the last';
      }
    }
    const client = await connect({ providers: [Tools] });
    for (const name of ['observable', 'promised', 'generator']) {
      seen.length = 0;
      expect(textOf(await client.callTool(name, name))).toBe('the last');
      expect(seen).toEqual(['the last']);
    }
  });

  it('may answer in place of the handler, and call it again', async () => {
    let calls = 0;
    const cached: NestInterceptor = { intercept: () => of('cached') };
    const twice: NestInterceptor = {
      intercept: (_context, next) =>
        concat(
          next.handle(),
          defer(() => next.handle()),
        ),
    };
    @Injectable()
    class Tools {
      @McpTool()
      @UseInterceptors(cached)
      cached() {
        calls++;
      }
      @McpTool()
      @UseInterceptors(twice)
      twice() {
        return from([`call ${++calls}`]);
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'cached'))).toBe('cached');
    expect(textOf(await client.callTool(2, 'twice'))).toBe('call 2');
    expect(calls).toBe(2);
  });

  it('wrap reads of resources and gets of prompts as well', async () => {
    @Injectable()
    @UseInterceptors(new Wrapping('wrapped'))
    class Features {
      @McpResource({ uri: 'it://1' })
      resource() {
        return 'resource';
      }
      @McpPrompt()
      prompt() {
        return 'prompt';
      }
    }
    const client = await connect({ providers: [Features] });
    const { result: resource } = await client.call(1, 'resources/read', { uri: 'it://1' });
    const { result: prompt } = await client.call(2, 'prompts/get', { name: 'prompt' });
    expect(resource.contents[0].text).toBe('wrapped(resource)');
    expect(prompt.messages[0].content.text).toBe('wrapped(prompt)');
  });
});
