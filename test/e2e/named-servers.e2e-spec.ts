import { afterEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import {
  McpConfigurationError,
  McpRegistry,
  mcpRegistryToken,
  McpSseModule,
  McpTool,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { connectSdkClient } from '../clients/sdk-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startModule, type RunningApp } from '../fixtures/start-app.js';

@Injectable()
class SharedTools {
  @McpTool()
  everywhere(): string {
    return 'everywhere';
  }

  @McpTool({ server: 'admin' })
  reset(): string {
    return 'reset';
  }

  @McpTool({ server: ['admin', 'public'] })
  listed(): string {
    return 'listed';
  }
}

@Injectable()
class AddsAtRunTime {
  constructor(@Inject(mcpRegistryToken('admin')) registry: McpRegistry) {
    registry.addTool({ name: 'added' }, () => 'added');
  }
}

@Injectable()
class ReportTools {
  @McpTool()
  report(): string {
    return 'report';
  }
}

@Module({ providers: [ReportTools] })
class ReportModule {}

function server(name: string, options: Partial<McpSseModuleOptions> = {}) {
  return McpSseModule.forRoot({
    name,
    version: '1.0.0',
    sse: { path: `${name}/sse`, messagesPath: `${name}/messages` },
    http: { path: `${name}/mcp` },
    ...options,
  });
}

describeOnAdapters('several servers in one application', (adapter) => {
  let running: RunningApp | undefined;

  afterEach(() => running?.close());

  it('have tools, routes and sessions of their own', async () => {
    running = await startModule(
      {
        module: class {},
        imports: [
          server('admin'),
          server('public'),
          server('reports', { modules: [ReportModule] }),
          ReportModule,
        ],
        providers: [SharedTools, AddsAtRunTime],
      },
      adapter,
    );
    const { url } = running;
    const toolsOf = async (name: string) => {
      const client = await connectSdkClient(`${url}/${name}/sse`);
      const { tools } = await client.listTools();
      await client.close();
      return tools.map((tool) => tool.name).sort();
    };
    expect(await toolsOf('admin')).toEqual(['added', 'everywhere', 'listed', 'report', 'reset']);
    expect(await toolsOf('public')).toEqual(['everywhere', 'listed', 'report']);
    expect(await toolsOf('reports')).toEqual(['report']);

    const admin = await WireClient.connect(`${url}/admin/sse`);
    const foreign = (await admin.endpoint()).replace('/admin/', '/public/');
    const response = await send(foreign, {
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    });
    expect(response.status).toBe(404);
    expect((await admin.callTool(1, 'reset')).result.content[0].text).toBe('reset');
    admin.close();
  });
});

describe('a feature for a server that does not exist', () => {
  it('stops the boot and names the servers there are', async () => {
    @Injectable()
    class Misspelt {
      @McpTool({ server: 'amdin' })
      reset(): string {
        return '';
      }
    }
    const start = startModule({ module: class {}, imports: [server('admin')], providers: [Misspelt] });
    await expect(start).rejects.toBeInstanceOf(McpConfigurationError);
    await expect(start).rejects.toThrow(
      'Misspelt.reset is for the server "amdin", but the servers are admin.',
    );
  });
});
