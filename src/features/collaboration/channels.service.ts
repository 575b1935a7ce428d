import { Injectable } from '@nestjs/common';
import { McpContext, McpRoles, McpSessionService, McpTool } from 'nestjs-mcp-sse';
import { EDITOR } from '../../common/roles.js';
import { SendMessageDto } from './send-message.dto.js';
import { UpdateDto } from './update.dto.js';
import { UpdatesBus } from './updates.bus.js';

@Injectable()
export class ChannelsService {
  constructor(
    private readonly sessions: McpSessionService,
    private readonly updates: UpdatesBus,
  ) {}

  /**
   * Sends a log message, which every client with a session shows: only some would know a custom notification. Those without
   * one follow `subscribe_updates`.
   */
  @McpTool({
    name: 'send_message',
    description:
      'Sends a message to everyone who is connected, including the sender, and to subscribe_updates',
    output: UpdateDto,
    audit: ['channel'],
    annotations: { destructiveHint: false },
  })
  @McpRoles(EDITOR)
  sendMessage({ message, channel }: SendMessageDto, { principal }: McpContext): UpdateDto {
    const { tenant, subject: by } = principal;
    const at = new Date().toISOString();
    const update: UpdateDto = { topic: 'messages', about: channel, by, at, text: message };
    const data = { ...update };
    this.sessions.broadcast('notifications/message', { level: 'info', logger: channel, data }, { tenant });
    this.updates.publish(tenant, update);
    return update;
  }
}
