/** What has gone through the sessions of a transport since the server started. */
export class MessageTotals {
  receivedMessages = 0;
  receivedBytes = 0;
  sentMessages = 0;
  sentBytes = 0;
  replayedEvents = 0;
}
