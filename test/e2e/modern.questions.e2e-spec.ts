import { expect, it } from '@jest/globals';
import { ASKING } from '../fixtures/asking/asking.js';
import { Ledger, MemoryLedger } from '../fixtures/asking/ledger.js';
import { DIALOGUES, User } from '../fixtures/asking/outcomes.js';
import { describeOnTransports } from '../fixtures/transports.js';

describeOnTransports('a handler that asks its client', (connect) => {
  const providers = [...ASKING, { provide: Ledger, useClass: MemoryLedger }];

  it.each(DIALOGUES)('asks $title, with the outcome of every era', async (dialogue) => {
    const user = new User(dialogue);
    const { client } = await connect({ providers }, user.client);
    expect(await user.outcome(client)).toEqual(dialogue.outcome);
  });
});
