/** The official SDK, version 2, for revision 2026-07-28: its handler makes a McpServer for each request. */
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import {
  ASK,
  COUNT,
  COUNTED,
  ECHO,
  FILLERS,
  PROGRESS_EVENTS,
  QUESTION,
} from '../../dist/bench/contract/tools.js';
import { shapesOf } from '../shapes.mjs';
import { text } from '../text.mjs';

const shapes = shapesOf(z);
const echo = z.object(shapes.echo);
const filler = z.object(shapes.filler);
const word = z.object({ word: z.string() });

async function count({ mcpReq: { _meta, notify } }) {
  for (let progress = 1; progress <= PROGRESS_EVENTS; progress++)
    await notify({
      method: 'notifications/progress',
      params: { progressToken: _meta.progressToken, progress, total: PROGRESS_EVENTS },
    });
  return text(COUNTED);
}

function ask({ mcpReq: { inputResponses } }) {
  const answer = acceptedContent(inputResponses, 'word', word);
  if (answer) return text(answer.word);
  return inputRequired({
    inputRequests: { word: inputRequired.elicit({ message: QUESTION.message, requestedSchema: word }) },
  });
}

function createMcpServer() {
  const server = new McpServer({ name: 'sdk2', version: '1.0.0' });
  server.registerTool(ECHO.name, { description: ECHO.description, inputSchema: echo }, ({ message }) =>
    text(message),
  );
  server.registerTool(COUNT.name, { description: COUNT.description }, count);
  server.registerTool(ASK.name, { description: ASK.description }, ask);
  for (const { name, description } of FILLERS)
    server.registerTool(name, { description, inputSchema: filler }, () => text(name));
  return server;
}

createServer(toNodeHandler(createMcpHandler(createMcpServer))).listen(process.env.PORT, '127.0.0.1');
