import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { JsonRpcError, McpTool } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';

@Injectable()
class Tools {
  @McpTool()
  circle(): never {
    const data: { self?: object } = {};
    data.self = data;
    throw new JsonRpcError(-32050, 'no', data);
  }
}

describeOnAdapters('what an application throws', (adapter) => {
  const { start } = appPerTest(adapter);

  it('is answered without its data where that has no JSON', async () => {
    const { url } = await start({ providers: [Tools] });
    const client = await HttpWireClient.connect(`${url}/mcp`);
    const { body } = await client.post(rpc(1, 'tools/call', { name: 'circle' }));
    expect(JSON.parse(body)).toEqual({ jsonrpc: '2.0', id: 1, error: { code: -32050, message: 'no' } });
    expect((await client.call(2, 'ping'))['result']).toEqual({});
  });
});
