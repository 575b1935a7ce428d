import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  McpConfigurationError,
  McpDuplicateNameError,
  McpPrompt,
  McpRegistry,
  McpResource,
  McpTool,
} from 'nestjs-mcp-sse';
import { appPerTest } from '../fixtures/app-per-test.js';
import { bootError, anError } from '../fixtures/boot-error.js';

const { start } = appPerTest();

describe('a name that is taken stops the boot and names both places:', () => {
  @Injectable()
  class First {
    @McpTool({ name: 'find' })
    one() {}
    @McpPrompt({ name: 'ask' })
    two() {}
    @McpResource({ uri: 'it://1' })
    three() {}
    @McpResource({ uri: 'it://{id}' })
    four() {}
  }

  @Injectable()
  class SecondTool {
    @McpTool()
    find() {}
  }
  @Injectable()
  class SecondPrompt {
    @McpPrompt()
    ask() {}
  }
  @Injectable()
  class SecondResource {
    @McpResource({ uri: 'it://1', name: 'another' })
    resource() {}
  }
  @Injectable()
  class SecondTemplate {
    @McpResource({ uri: 'it://{id}', name: 'another' })
    template() {}
  }

  it.each([
    ['a tool', SecondTool, ['tools are called "find"', 'First.one', 'SecondTool.find', '"name"']],
    ['a prompt', SecondPrompt, ['prompts are called "ask"', 'First.two', 'SecondPrompt.ask', '"name"']],
    ['a resource', SecondResource, ['"it://1"', 'First.three', 'SecondResource.resource', '"uri"']],
    ['a template', SecondTemplate, ['"it://{id}"', 'First.four', 'SecondTemplate.template', '"uri"']],
  ])('%s', async (_kind, second, parts) => {
    expect(await bootError({ providers: [First, second] })).toEqual(anError(McpDuplicateNameError, ...parts));
  });

  it('a tool and a prompt of one name are no conflict', async () => {
    @Injectable()
    class Features {
      @McpTool()
      find() {}
      @McpPrompt({ name: 'find' })
      prompt() {}
    }
    await expect(start({ providers: [Features] })).resolves.toBeDefined();
  });
});

describe('the name of a tool', () => {
  const named = (name: string) => {
    @Injectable()
    class Tools {
      @McpTool({ name })
      find() {}
    }
    return { providers: [Tools] };
  };

  it.each(['a', 'A.b_c-9', 'x'.repeat(128)])('may be %s', async (name) => {
    const { app } = await start(named(name));
    expect(app.get(McpRegistry).tools).toMatchObject([{ name }]);
  });

  it.each(['', 'x'.repeat(129)])('has 1 to 128 characters, or the boot stops: %j', async (name) => {
    expect(await bootError(named(name))).toEqual(
      anError(McpConfigurationError, 'Tools.find', `called "${name}"`, '1 to 128 characters'),
    );
  });

  it.each(['größe', 'find\n', 'find\u0000', 'fınd'])(
    'must consist of ASCII letters and digits: %j',
    async (name) => {
      expect(await bootError(named(name))).toEqual(
        anError(McpConfigurationError, 'Tools.find', 'Give it a "name"', 'ASCII letters'),
      );
    },
  );

  it.each(['find order', 'find,order', 'find/order', '$find'])(
    'has no other characters than _, - and .: %j',
    async (name) => {
      expect(await bootError(named(name))).toEqual(anError(McpConfigurationError, 'Tools.find', name));
    },
  );

  it('is checked if the method gives it, and at run time', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      $find() {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(anError(McpConfigurationError, 'Tools.$find'));
    const registry = (await start({})).app.get(McpRegistry);
    expect(() => registry.addTool({ name: 'find order' }, () => '')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('addTool("find order")') }),
    );
    expect(registry.tools).toEqual([]);
  });
});
