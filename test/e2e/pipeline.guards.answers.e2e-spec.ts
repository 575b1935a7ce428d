import { expect, it } from '@jest/globals';
import {
  ForbiddenException,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { McpTool } from 'nestjs-mcp-sse';
import { of } from 'rxjs';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { describeOnAdapters } from '../fixtures/adapters.js';

/** The names of the guards that were asked, in order. */
const asked: string[] = [];

function guard(name: string, answer: () => unknown): CanActivate {
  return {
    canActivate: () => {
      asked.push(name);
      return answer() as boolean;
    },
  };
}

const yes = guard('yes', () => true);
const no = guard('no', () => false);
const later = guard('later', () => Promise.resolve(true));
const laterNo = guard('laterNo', () => Promise.resolve(false));
const stream = guard('stream', () => of(true));
const streamNo = guard('streamNo', () => of(false));
const truthy = guard('truthy', () => 'yes');
const nothing = guard('nothing', () => undefined);
const thrower = guard('thrower', () => {
  throw new ForbiddenException('not you');
});

const NOTE = Symbol('note');
type Noted = ExecutionContext & { [NOTE]?: boolean };

const notes: CanActivate = { canActivate: (context: Noted) => (context[NOTE] = true) };
const reads: CanActivate = { canActivate: (context: Noted) => context[NOTE] === true };

const CASES: readonly (readonly [
  name: string,
  guards: readonly CanActivate[],
  result: string,
  asked: string,
])[] = [
  ['all', [yes, later, stream, truthy, yes], 'passed', 'yes later stream truthy yes'],
  ['refused', [yes, no, later], 'isError: Forbidden resource', 'yes no'],
  ['refused_after_promise', [later, yes, no, yes], 'isError: Forbidden resource', 'later yes no'],
  ['refused_by_promise', [yes, laterNo, yes], 'isError: Forbidden resource', 'yes laterNo'],
  ['refused_by_observable', [later, streamNo, yes], 'isError: Forbidden resource', 'later streamNo'],
  ['unanswered', [stream, nothing, yes], 'isError: Forbidden resource', 'stream nothing'],
  ['thrown', [yes, thrower, yes], 'isError: not you', 'yes thrower'],
  ['noted', [notes, yes, later, reads, stream, reads], 'passed', 'yes later stream'],
];

@Injectable()
class Tools {}

for (const [name, guards] of CASES) {
  const method = { value: () => 'passed', configurable: true, writable: true };
  Object.defineProperty(Tools.prototype, name, method);
  UseGuards(...guards)(Tools.prototype, name, method);
  McpTool({ name })(Tools.prototype, name, method);
}

describeOnAdapters('guards', (adapter) => {
  const { connect } = appPerTest(adapter);

  it('answer at once, by a promise or an Observable, and the first refusal decides', async () => {
    const client = await connect({ providers: [Tools] });
    for (const [id, [name, , result, inOrder]] of CASES.entries()) {
      const answer = textOf(await client.callTool(id, name));
      expect([name, answer, asked.splice(0).join(' ')]).toEqual([name, result, inOrder]);
    }
  });
});
