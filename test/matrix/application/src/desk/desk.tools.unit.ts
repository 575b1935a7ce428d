import { mcpContext } from 'nestjs-mcp-sse/testing';
import { DeskTools } from './desk.tools.js';
import { StockService } from './stock.service.js';

describe('DeskTools', () => {
  const tools = new DeskTools(new StockService());

  it('takes an order from the stock', () => {
    expect(tools.order({ item: 'pen', count: 2 })).toEqual({ left: 10 });
  });

  it('reports that it counts', async () => {
    const ctx = mcpContext();
    expect(await tools.count(ctx)).toBe('counted');
    expect(ctx.sent.progress).toMatchObject([{ progress: 0, total: 1 }]);
  });
});
