import { Test } from '@nestjs/testing';
import { McpTestClient, mcpMatchers } from 'nestjs-mcp-sse/testing';
import 'nestjs-mcp-sse/testing/jest';
import { AppModule } from './../src/app.module.js';
import { StockService } from './../src/desk/stock.service.js';

expect.extend(mcpMatchers);

describe('Desk (e2e)', () => {
  let mcp: McpTestClient;

  beforeEach(async () => {
    const moduleFixture = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(StockService)
      .useValue({ take: () => 7 })
      .compile();
    mcp = await McpTestClient.start(moduleFixture.createNestApplication());
  });

  afterEach(() => mcp.close());

  it('takes an order from the stock', async () => {
    const result = await mcp.callTool({ name: 'order', arguments: { item: 'pen', count: 2 } });
    expect(result).toHaveStructuredContent({ left: 7 });
  });

  it('refuses an order of nothing', async () => {
    const result = await mcp.callTool({ name: 'order', arguments: { item: 'pen', count: 0 } });
    expect(result).toBeToolError('count must not be less than 1');
  });

  it('opens the till for its clerk only', async () => {
    const open = (clerk: string) => mcp.callTool({ name: 'open', arguments: { clerk } });
    expect(await open('ada')).toHaveText('opened by ada');
    expect(await open('bob')).toBeToolError();
  });
});
