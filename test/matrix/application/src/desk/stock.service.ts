import { Injectable } from '@nestjs/common';

@Injectable()
export class StockService {
  private readonly items = new Map([
    ['pen', 12],
    ['ruler', 3],
  ]);

  take(item: string, count: number): number {
    const left = (this.items.get(item) ?? 0) - count;
    if (left < 0) throw new Error(`There are fewer than ${count} of ${item}`);
    this.items.set(item, left);
    return left;
  }
}
