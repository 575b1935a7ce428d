import { describe, expect, it } from '@jest/globals';
import { Injectable, SetMetadata, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { IsString } from 'class-validator';
import { McpComplete, McpConfigurationError, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';

const { connect } = appPerTest();

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Assigns a function without its metadata, as tracing, retry and cache libraries do. */
function Assigned(): MethodDecorator {
  return (_target, _key, descriptor) => {
    const method = descriptor.value as Method;
    descriptor.value = function (this: unknown, ...args: unknown[]) {
      return method.apply(this, args);
    } as never;
  };
}

function Proxied(): MethodDecorator {
  return (_target, _key, descriptor) => {
    descriptor.value = new Proxy(descriptor.value as object, {}) as never;
  };
}

function Returned(): MethodDecorator {
  return (_target, _key, descriptor) => {
    const method = descriptor.value as Method;
    return { configurable: true, value: (...args: unknown[]) => method.apply(undefined, args) } as never;
  };
}

/** A class decorator that wraps every method. */
function Traced(): ClassDecorator {
  return ({ prototype }) => {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
      if (name === 'constructor') continue;
      const method = descriptor.value as Method;
      const value = function (this: unknown, ...args: unknown[]) {
        return method.apply(this, args);
      };
      Object.defineProperty(prototype, name, { ...descriptor, value });
    }
  };
}

class NameDto {
  @IsString()
  name!: string;
}

@Injectable()
class Refusing implements CanActivate {
  canActivate() {
    return false;
  }
}

@Injectable()
class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext) {
    return this.reflector.get('role', context.getHandler()) === 'editor';
  }
}

describe('a method that another decorator replaces', () => {
  it.each([
    ['assigns a function', Assigned],
    ['assigns a proxy', Proxied],
    ['returns a descriptor', Returned],
  ])('is served with its arguments checked if the decorator %s', async (_what, Replaced) => {
    @Injectable()
    class Features {
      @Replaced()
      @McpTool()
      greet({ name }: NameDto) {
        return `Hello ${name}`;
      }

      @Replaced()
      @McpResource({ uri: 'it://1' })
      read() {
        return 'content';
      }

      @Replaced()
      @McpPrompt()
      ask({ name }: NameDto) {
        return `Ask ${name}`;
      }

      @Replaced()
      @McpComplete({ prompt: 'ask', argument: 'name' })
      names() {
        return ['Ada'];
      }
    }
    const client = await connect({ providers: [Features] });
    expect(textOf(await client.callTool(1, 'greet', { name: 'Ada' }))).toBe('Hello Ada');
    expect(textOf(await client.callTool(2, 'greet', { name: 7 }))).toMatch(
      /^isError: .*name must be a string/s,
    );
    const { result: resource } = await client.call(3, 'resources/read', { uri: 'it://1' });
    expect(resource.contents[0].text).toBe('content');
    const { result: prompt } = await client.call(4, 'prompts/get', {
      name: 'ask',
      arguments: { name: 'Ada' },
    });
    expect(prompt.messages[0].content.text).toBe('Ask Ada');
    const { result: completed } = await client.call(5, 'completion/complete', {
      ref: { type: 'ref/prompt', name: 'ask' },
      argument: { name: 'name', value: '' },
    });
    expect(completed.completion.values).toEqual(['Ada']);
  });

  it('keeps its guards and metadata, in any order of decorators', async () => {
    @Injectable()
    class Tools {
      @Assigned()
      @UseGuards(Refusing)
      @McpTool()
      beneath() {}

      @Assigned()
      @UseGuards(Refusing)
      @Assigned()
      @McpTool()
      between() {}

      @Assigned()
      @SetMetadata('role', 'editor')
      @UseGuards(RoleGuard)
      @Proxied()
      @McpTool()
      edit() {
        return 'edited';
      }
    }
    const client = await connect({ providers: [Tools] });
    for (const name of ['beneath', 'between'])
      expect(textOf(await client.callTool(name, name))).toBe('isError: Forbidden resource');
    expect(textOf(await client.callTool(1, 'edit'))).toBe('edited');
  });

  it('keeps a guard instance if a decorator returns a descriptor', async () => {
    @Injectable()
    class Tools {
      @Returned()
      @UseGuards(new Refusing())
      @McpTool()
      find() {}
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'find'))).toBe('isError: Forbidden resource');
  });

  it('stops the boot if Nest cannot see its guard', async () => {
    @Injectable()
    class Tools {
      @Returned()
      @UseGuards(Refusing)
      @McpTool()
      find() {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpConfigurationError, 'Tools.find', 'names Refusing', 'Put @UseGuards() above that one'),
    );
  });

  it('is served if a class decorator wraps every method', async () => {
    @Traced()
    @Injectable()
    class Tools {
      @McpTool()
      greet({ name }: NameDto) {
        return `Hello ${name}`;
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'greet', { name: 'Ada' }))).toBe('Hello Ada');
  });

  it('stops the boot if it became a getter', async () => {
    const Bound: MethodDecorator = (_target, _key, { value }) =>
      ({ configurable: true, get: () => value }) as never;
    @Injectable()
    class Tools {
      @Bound
      @McpTool()
      find() {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpConfigurationError, 'Tools.find', 'made a getter of it'),
    );
  });

  it('is not served by a subclass that overrides it without a decorator', async () => {
    class Base {
      @Assigned()
      @McpTool()
      find() {}

      @McpTool()
      list() {}
    }
    @Injectable()
    class Derived extends Base {
      override find() {}
    }
    const client = await connect({ providers: [Derived] });
    const { result } = await client.call(1, 'tools/list');
    expect(result.tools).toEqual([expect.objectContaining({ name: 'list' })]);
  });
});

describe('a decorator refuses a target that is not an instance method:', () => {
  it.each([
    [
      'a static method',
      () => McpTool()(class Tools {}, 'find', { value: () => undefined } as never),
      'Tools.find is static',
    ],
    [
      'a property',
      () => McpTool()(new (class Tools {})(), 'find', undefined as never),
      'Tools.find is no method',
    ],
    [
      'a method that has a symbol for a name',
      () => McpTool()(new (class Tools {})(), Symbol('find'), { value: () => undefined } as never),
      'has no name',
    ],
  ])('%s', (_what, decorate, message) => {
    expect(decorate).toThrow(message);
  });
});
