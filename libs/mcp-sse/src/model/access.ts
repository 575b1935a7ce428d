/** Whom a feature is for. Where it says nothing, it is for everyone whom the policy accepts. */
export interface McpAccess {
  /** For everyone whom the guards of the server let in; the policy is not asked. */
  readonly public: boolean;
  /** The principal needs every one of them. */
  readonly scopes: readonly string[];
  /** The principal needs one of them, where there are any. */
  readonly roles: readonly string[];
}
