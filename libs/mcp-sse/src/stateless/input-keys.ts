import { randomBytes } from 'node:crypto';
import type { ClusterNode } from '../model/cluster/mcp-cluster.js';

/** The key under which the nodes agree on a secret. */
const AGREED = 'input-key';
const SECRET_BYTES = 32;
/** The secret in use, and earlier ones that the store had lost. */
const MAX_AGREED = 3;

/**
 * The secrets that protect the state of a call that waits for answers of its client. The first seals, all open. They are
 * those of the option `input.keys`; else the nodes of a cluster agree on one, once a call needs it; else the process makes
 * its own.
 */
export class InputKeys {
  private current?: readonly string[];
  private agreeing?: Promise<readonly string[]>;

  /** @param isSingleUse whether the store also remembers which states were used */
  constructor(
    keys: readonly string[] | undefined,
    private readonly node?: Pick<ClusterNode, 'agreement' | 'onReturn'>,
    private readonly isSingleUse = false,
  ) {
    this.current = keys ?? (node ? undefined : [newSecret()]);
  }

  /**
   * The same array until the secrets change. A promise until this node has agreed with the others.
   *
   * @throws {ClusterUnavailableError} when it has not, and the store is unreachable
   */
  get secrets(): readonly string[] | Promise<readonly string[]> {
    return this.current ?? (this.agreeing ??= this.agree().finally(() => (this.agreeing = undefined)));
  }

  private async agree(): Promise<readonly string[]> {
    const secret = await this.propose(newSecret());
    // A store that was away may have lost the secret.
    this.node!.onReturn(() => void this.agreeAgain().catch(() => undefined));
    return (this.current = [secret]);
  }

  /**
   * If the store has lost the secret, the first node brings it back. Not where it has lost with it which states were used:
   * then a new secret makes all of them worthless.
   */
  private async agreeAgain(): Promise<void> {
    const known = this.current!;
    const secret = await this.propose(this.isSingleUse ? newSecret() : known[0]!);
    if (secret === known[0]) return;
    const others = this.isSingleUse ? [] : known.filter((other) => other !== secret);
    this.current = [secret, ...others].slice(0, MAX_AGREED);
  }

  private propose(secret: string): Promise<string> {
    return this.node!.agreement.agree(AGREED, secret);
  }
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
