import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  ClassSerializerInterceptor,
  Injectable,
  NotFoundException,
  Scope,
  type ExceptionFilter,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import {
  Command,
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventsHandler,
  Query,
  QueryBus,
  QueryHandler,
  EventBus,
  type ICommandHandler,
  type IEventHandler,
  type IQueryHandler,
} from '@nestjs/cqrs';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Exclude } from 'class-transformer';
import { IsInt, IsString } from 'class-validator';
import { McpTool } from 'nestjs-mcp-sse';
import {
  Column,
  CreateDateColumn,
  Entity,
  EntityNotFoundError,
  PrimaryGeneratedColumn,
  Repository,
} from 'typeorm';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';

const { connect } = appPerTest();

class ById {
  @IsInt()
  id!: number;
}

class CustomerDto {
  @IsString()
  customer!: string;
}

describe('tools with a TypeORM repository', () => {
  @Entity()
  class Order {
    @PrimaryGeneratedColumn()
    id!: number;

    @Column('varchar')
    customer!: string;

    @Column('varchar')
    @Exclude()
    note!: string;

    @CreateDateColumn()
    createdAt!: Date;
  }

  @Injectable()
  class OrdersTools {
    constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

    @McpTool()
    create({ customer }: CustomerDto): Promise<Order> {
      return this.orders.save(this.orders.create({ customer, note: 'not for customers' }));
    }

    @McpTool()
    find({ id }: ById): Promise<Order> {
      return this.orders.findOneByOrFail({ id });
    }

    @McpTool()
    count(): Promise<number> {
      return this.orders.manager.transaction((manager) => manager.count(Order));
    }
  }

  @Catch(EntityNotFoundError)
  class NotFoundFilter implements ExceptionFilter {
    catch(): never {
      throw new NotFoundException('There is no such order.');
    }
  }

  it('answer with entities, as the serializer and the filters of the application leave them', async () => {
    const client = await connect({
      imports: [
        TypeOrmModule.forRoot({ type: 'sqljs', entities: [Order], synchronize: true }),
        TypeOrmModule.forFeature([Order]),
      ],
      providers: [
        OrdersTools,
        { provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor },
        { provide: APP_FILTER, useClass: NotFoundFilter },
      ],
    });
    const order = { id: 1, customer: 'ada', createdAt: expect.stringMatching(/^\d{4}-.*Z$/) };
    const created = await client.callTool(1, 'create', { customer: 'ada' });
    expect(created.result.structuredContent).toEqual(order);
    const found = await client.callTool(2, 'find', { id: 1 });
    expect(found.result.structuredContent).toEqual(order);
    expect(textOf(await client.callTool(3, 'find', { id: 2 }))).toBe('isError: There is no such order.');
    expect(textOf(await client.callTool(4, 'count'))).toBe('1');
  });
});

/** What is special about Prisma's client. The real one cannot be had without a download at install time. */
describe('tools with a service that extends a client such as that of Prisma', () => {
  /** A query of Prisma: it runs when it is awaited, and is no Promise. */
  class LazyQuery<T> implements PromiseLike<T> {
    readonly [Symbol.toStringTag] = 'PrismaPromise';

    constructor(private readonly run: () => Promise<T>) {}

    then<A, B>(
      onResolved?: (value: T) => A | PromiseLike<A>,
      onRejected?: (error: unknown) => B | PromiseLike<B>,
    ) {
      return this.run().then(onResolved, onRejected);
    }
  }

  class Decimal {
    constructor(private readonly digits: string) {}

    toJSON(): string {
      return this.digits;
    }
  }

  class Client {
    connected = false;

    /** Models are members that a Proxy makes, so the prototype does not have them. */
    readonly order = new Proxy({} as { findMany(): LazyQuery<object[]> }, {
      get: () => () => new LazyQuery(() => this.rows()),
    });

    constructor() {
      return new Proxy(this, { get: (target, name) => Reflect.get(target, name) as unknown });
    }

    async $connect(): Promise<void> {
      this.connected = true;
    }

    async $disconnect(): Promise<void> {
      this.connected = false;
    }

    private async rows(): Promise<object[]> {
      if (!this.connected) throw new Error('The client is not connected.');
      return [{ id: 1, total: new Decimal('12.50'), createdAt: new Date(0) }];
    }
  }

  @Injectable()
  class PrismaService extends Client implements OnModuleInit, OnModuleDestroy {
    onModuleInit() {
      return this.$connect();
    }

    onModuleDestroy() {
      return this.$disconnect();
    }
  }

  @Injectable()
  class OrdersTools {
    constructor(private readonly prisma: PrismaService) {}

    @McpTool()
    all() {
      return this.prisma.order.findMany();
    }
  }

  it('await its queries, and answer with what they find', async () => {
    const client = await connect({ providers: [PrismaService, OrdersTools] });
    expect(textOf(await client.callTool(1, 'all'))).toBe(
      '[{"id":1,"total":"12.50","createdAt":"1970-01-01T00:00:00.000Z"}]',
    );
  });
});

describe('tools with the buses of @nestjs/cqrs', () => {
  class CreateOrder extends Command<number> {
    constructor(readonly customer: string) {
      super();
    }
  }

  class CountOrders extends Query<{ orders: number; announced: number; handlers: number }> {}

  class OrderCreated {
    constructor(readonly customer: string) {}
  }

  @Injectable()
  class Orders {
    readonly customers: string[] = [];
    readonly announced: string[] = [];
    readonly handlers = new Set<object>();
  }

  @CommandHandler(CreateOrder, { scope: Scope.REQUEST })
  class CreateOrderHandler implements ICommandHandler<CreateOrder> {
    constructor(
      private readonly orders: Orders,
      private readonly events: EventBus,
    ) {}

    async execute({ customer }: CreateOrder) {
      this.orders.handlers.add(this);
      const id = this.orders.customers.push(customer);
      await this.events.publish(new OrderCreated(customer));
      return id;
    }
  }

  @QueryHandler(CountOrders)
  class CountOrdersHandler implements IQueryHandler<CountOrders> {
    constructor(private readonly orders: Orders) {}

    async execute() {
      const { customers, announced, handlers } = this.orders;
      return { orders: customers.length, announced: announced.length, handlers: handlers.size };
    }
  }

  @EventsHandler(OrderCreated)
  class Announcer implements IEventHandler<OrderCreated> {
    constructor(private readonly orders: Orders) {}

    handle({ customer }: OrderCreated) {
      this.orders.announced.push(customer);
    }
  }

  @Injectable()
  class OrdersTools {
    constructor(
      private readonly commands: CommandBus,
      private readonly queries: QueryBus,
    ) {}

    @McpTool()
    create({ customer }: CustomerDto) {
      return this.commands.execute(new CreateOrder(customer));
    }

    @McpTool()
    count() {
      return this.queries.execute(new CountOrders());
    }
  }

  it('reach handlers of any scope, and their events', async () => {
    const client = await connect({
      imports: [CqrsModule.forRoot()],
      providers: [Orders, CreateOrderHandler, CountOrdersHandler, Announcer, OrdersTools],
    });
    expect(textOf(await client.callTool(1, 'create', { customer: 'ada' }))).toBe('1');
    expect(textOf(await client.callTool(2, 'create', { customer: 'bob' }))).toBe('2');
    const { result } = await client.callTool(3, 'count');
    expect(result.structuredContent).toEqual({ orders: 2, announced: 2, handlers: 2 });
  });
});
