import { DeskTools } from './desk.tools.js';
import { StockService } from './stock.service.js';

describe('DeskTools', () => {
  it('takes an order from the stock', () => {
    const tools = new DeskTools(new StockService());
    expect(tools.order({ item: 'pen', count: 2 })).toEqual({ left: 10 });
  });
});
