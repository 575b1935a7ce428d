import { describe, expect } from '@jest/globals';
import { Inject, Injectable, Scope, UseGuards, type CanActivate } from '@nestjs/common';
import { McpConfigurationError, McpTool } from 'nestjs-mcp-sse';
import { anError, bootError } from '../fixtures/boot-error.js';
import { itOnEarlierNest } from '../fixtures/on-nest.js';

@Injectable()
class Refusing implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Injectable({ scope: Scope.REQUEST })
class Caller {}

@Injectable()
class RefusingByCaller extends Refusing {
  constructor(@Inject(Caller) readonly caller: Caller) {
    super();
  }
}

@Injectable()
class Tools {
  @McpTool()
  @UseGuards(Refusing)
  remove() {}
}

describe('before 11.2.8 and 12.2.0, Nest would leave out the guard, so the boot stops,', () => {
  itOnEarlierNest('of a provider with a token of its own', async () => {
    const error = await bootError({ providers: [{ provide: 'TOOLS', useClass: Tools }] });
    expect(error).toEqual(anError(McpConfigurationError, 'Tools.remove', 'Refusing', 'Update Nest'));
  });

  itOnEarlierNest('whose class has no name', async () => {
    @Injectable()
    class Unnamed {
      @McpTool()
      @UseGuards((() => class extends Refusing {})())
      remove() {}
    }
    const error = await bootError({ providers: [Unnamed] });
    expect(error).toEqual(anError(McpConfigurationError, 'Unnamed.remove', 'Update Nest, name the class'));
  });

  itOnEarlierNest(
    'that injects what is made for each request, and is not request-scoped itself',
    async () => {
      @Injectable()
      class Shared {
        @McpTool()
        @UseGuards(RefusingByCaller)
        remove() {}
      }
      const error = await bootError({ providers: [Caller, Shared] });
      expect(error).toEqual(
        anError(McpConfigurationError, 'Shared.remove', 'RefusingByCaller', 'Update Nest'),
      );
    },
  );
});
