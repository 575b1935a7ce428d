import { HttpException, HttpStatus, ServiceUnavailableException } from '@nestjs/common';
import { principalKey, type McpPrincipal } from '../model/principal.js';
import type { ViewerStream } from './viewer-stream.js';

/** Streams of one viewer; the page opens one or two. All unauthenticated viewers count as one. */
const MAX_PER_VIEWER = 10;
/** Streams of all viewers who see the sessions of others, and as many of all who see their own. */
const MAX_STREAMS = 100;

/** The open streams, by viewer. */
export class ViewerStreams {
  private readonly byViewer = new Map<string, Set<ViewerStream>>();
  private readonly privileged = new Set<ViewerStream>();
  private readonly others = new Set<ViewerStream>();

  /**
   * @param isPrivileged whether the viewer sees the sessions of others
   * @throws {HttpException} 429 if this viewer has too many streams
   * @throws {ServiceUnavailableException} if all viewers together have too many
   */
  assertPlace(viewer: McpPrincipal, isPrivileged: boolean): void {
    const own = this.byViewer.get(principalKey(viewer))?.size ?? 0;
    if (own >= MAX_PER_VIEWER)
      throw new HttpException(
        `You have ${own} streams of the console open. Close another tab of the console and try again.`,
        HttpStatus.TOO_MANY_REQUESTS,
      );
    if ((isPrivileged ? this.privileged : this.others).size >= MAX_STREAMS)
      throw new ServiceUnavailableException('Too many people use the console right now. Try again later.');
  }

  add(stream: ViewerStream, isPrivileged: boolean): void {
    const key = principalKey(stream.viewer);
    const own = this.byViewer.get(key);
    if (own) own.add(stream);
    else this.byViewer.set(key, new Set([stream]));
    (isPrivileged ? this.privileged : this.others).add(stream);
  }

  delete(stream: ViewerStream): void {
    const key = principalKey(stream.viewer);
    const own = this.byViewer.get(key);
    own?.delete(stream);
    if (own?.size === 0) this.byViewer.delete(key);
    this.privileged.delete(stream);
    this.others.delete(stream);
  }

  of(viewer: McpPrincipal): Iterable<ViewerStream> {
    return this.byViewer.get(principalKey(viewer)) ?? [];
  }

  *all(): Iterable<ViewerStream> {
    yield* this.privileged;
    yield* this.others;
  }
}
