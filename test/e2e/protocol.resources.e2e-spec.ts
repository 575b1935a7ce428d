import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { IsString } from 'class-validator';
import { BehaviorSubject, Observable } from 'rxjs';
import { McpComplete, McpPrompt, McpResource, McpUriParam } from 'nestjs-mcp-sse';
import { describeOnTransports, describeWithSessions } from '../fixtures/transports.js';

class CityDto {
  @IsString()
  city!: string;
}

@Injectable()
class Contents {
  static readonly status = new BehaviorSubject('idle');
  static watchers = 0;
  static released: () => void = () => undefined;

  @McpResource({ uri: 'status://now', title: 'Status', mimeType: 'text/plain' })
  status(): Observable<string> {
    return new Observable((subscriber) => {
      Contents.watchers++;
      const subscription = Contents.status.subscribe(subscriber);
      return () => {
        Contents.watchers--;
        Contents.released();
        subscription.unsubscribe();
      };
    });
  }

  @McpResource({ uri: 'city://{country}/{city}', mimeType: 'application/json' })
  city(@McpUriParam('country') country: string, @McpUriParam('city') city: string) {
    return { country, city };
  }

  @McpPrompt({ description: 'Praises a city' })
  praise({ city }: CityDto): string {
    return `Praise ${city}`;
  }

  @McpComplete({ prompt: 'praise', argument: 'city' })
  cities(value: string): string[] {
    return ['Paris', 'Prague', 'Porto'].filter((city) => city.startsWith(value));
  }

  @McpComplete({ resource: 'city://{country}/{city}', argument: 'city' })
  citiesOf(value: string, others: Record<string, string>): string[] {
    return [`${value} in ${others['country']}`];
  }
}

const fixture = { providers: [Contents] };

describeOnTransports('resources, prompts and completions', (connect) => {
  it('lists and reads resources and templates', async () => {
    const { client } = await connect(fixture);
    expect((await client.listResources()).resources).toEqual([
      { uri: 'status://now', name: 'status', title: 'Status', mimeType: 'text/plain' },
    ]);
    expect((await client.listResourceTemplates()).resourceTemplates).toEqual([
      { uriTemplate: 'city://{country}/{city}', name: 'city', mimeType: 'application/json' },
    ]);
    const { contents } = await client.readResource({ uri: 'city://fr/Aix%20en%20Provence' });
    expect(contents).toEqual([
      {
        uri: 'city://fr/Aix%20en%20Provence',
        mimeType: 'application/json',
        text: '{"country":"fr","city":"Aix en Provence"}',
      },
    ]);
  });

  it('lists and gets prompts, and completes arguments', async () => {
    const { client } = await connect(fixture);
    expect((await client.listPrompts()).prompts).toEqual([
      { name: 'praise', description: 'Praises a city', arguments: [{ name: 'city', required: true }] },
    ]);
    expect((await client.getPrompt({ name: 'praise', arguments: { city: 'Porto' } })).messages).toEqual([
      { role: 'user', content: { type: 'text', text: 'Praise Porto' } },
    ]);
    await expect(client.getPrompt({ name: 'praise' })).rejects.toMatchObject({
      code: ErrorCode.InvalidParams,
    });

    const ofPrompt = await client.complete({
      ref: { type: 'ref/prompt', name: 'praise' },
      argument: { name: 'city', value: 'P' },
    });
    expect(ofPrompt.completion).toEqual({ values: ['Paris', 'Prague', 'Porto'], total: 3, hasMore: false });
    const ofTemplate = await client.complete({
      ref: { type: 'ref/resource', uri: 'city://{country}/{city}' },
      argument: { name: 'city', value: 'P' },
      context: { arguments: { country: 'fr' } },
    });
    expect(ofTemplate.completion.values).toEqual(['P in fr']);
    const unknown = client.complete({
      ref: { type: 'ref/prompt', name: 'none' },
      argument: { name: 'x', value: '' },
    });
    await expect(unknown).rejects.toMatchObject({ code: ErrorCode.InvalidParams });
  });
});

describeWithSessions('subscriptions to resources', (connect) => {
  it('notifies subscribers of a live resource, reads its latest value, and unsubscribes from it', async () => {
    const { client, sessions } = await connect(fixture);
    const updates: string[] = [];
    let wake: () => void = () => undefined;
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      updates.push(params.uri);
      wake();
    });
    const next = () => new Promise<void>((resolve) => (wake = resolve));

    await client.subscribeResource({ uri: 'status://now' });
    expect(Contents.watchers).toBe(1);
    const second = next();
    Contents.status.next('busy');
    await second;
    expect((await client.readResource({ uri: 'status://now' })).contents).toMatchObject([{ text: 'busy' }]);
    expect(Contents.watchers).toBe(1);

    const third = next();
    sessions.resourceUpdated('status://now');
    await third;
    await client.unsubscribeResource({ uri: 'status://now' });
    expect(Contents.watchers).toBe(0);
    Contents.status.next('idle');
    sessions.resourceUpdated('status://now');
    await client.ping();
    expect(updates).toEqual(['status://now', 'status://now']);

    await expect(client.subscribeResource({ uri: 'no://such' })).rejects.toMatchObject({ code: -32002 });
    await client.subscribeResource({ uri: 'status://now' });
    expect(Contents.watchers).toBe(1);
    const released = new Promise<void>((resolve) => (Contents.released = resolve));
    sessions.close(sessions.sessions[0]!.id);
    await released;
    expect(Contents.watchers).toBe(0);
  });
});
