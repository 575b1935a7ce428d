import { andThen } from '../model/and-then.js';
import type { InputSettings } from '../protocol/input/input-rounds.js';
import { RememberedStates } from '../protocol/input/remembered-states.js';
import { StateSeal } from '../protocol/input/state-seal.js';
import type { InputKeys } from './input-keys.js';

/** Settings for questions to clients without a session, with the current secrets. */
export class InputSource {
  private secrets?: readonly string[];
  private settings?: InputSettings;

  constructor(
    private readonly base: Omit<InputSettings, 'seal'>,
    private readonly keys: InputKeys,
  ) {}

  /** A promise until the nodes of a cluster have agreed on a secret. @throws {ClusterUnavailableError} */
  get current(): InputSettings | Promise<InputSettings> {
    return andThen(this.keys.secrets, (secrets) => {
      if (!this.settings || this.secrets !== secrets) {
        this.secrets = secrets;
        this.settings = { ...this.base, seal: new RememberedStates(new StateSeal(secrets)) };
      }
      return this.settings;
    });
  }
}
