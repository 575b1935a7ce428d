import { setTimeout } from 'node:timers/promises';
import { Injectable, UseGuards } from '@nestjs/common';
import { IsInt, IsString, Min } from 'class-validator';
import { McpContext, McpTool } from 'nestjs-mcp-sse';
import { z } from 'zod';
import { ClerkGuard } from './clerk.guard.js';
import { StockService } from './stock.service.js';

export class OrderDto {
  @IsString()
  readonly item!: string;

  @IsInt()
  @Min(1)
  readonly count!: number;
}

const Offer = z.object({ item: z.string(), currency: z.enum(['CHF', 'EUR']) });
const Price = z.object({ price: z.string() });

@Injectable()
export class DeskTools {
  constructor(private readonly stock: StockService) {}

  @McpTool({ description: 'Takes items from the stock' })
  order({ item, count }: OrderDto): { left: number } {
    return { left: this.stock.take(item, count) };
  }

  @McpTool({ description: 'Says what an item costs', input: Offer, output: Price })
  offer({ item, currency }: z.infer<typeof Offer>): z.infer<typeof Price> {
    return { price: `${item.length} ${currency}` };
  }

  @McpTool({ description: 'Opens the till', input: z.object({ clerk: z.string() }) })
  @UseGuards(ClerkGuard)
  open({ clerk }: { clerk: string }): string {
    return `opened by ${clerk}`;
  }

  @McpTool({ description: 'Counts everything, which takes a while' })
  async count(ctx: McpContext): Promise<string> {
    ctx.progress(0, 1);
    await setTimeout(1_000);
    return 'counted';
  }
}
