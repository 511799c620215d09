/** Received interactions. */

import type { Interaction, StoredInteraction } from './interactions.ts';

export interface Interactions {
  /** Durable on return. `repeat`: this key was received before. */
  receive(interaction: Interaction): Promise<{ id: string; repeat: boolean }>;
  /** As Requests.hold: runs `work` unless it was worked already or is being worked. Marked as worked when `work` returns. */
  hold(id: string, work: (interaction: StoredInteraction) => Promise<void>): Promise<boolean>;
  unworked(limit: number): Promise<readonly string[]>;
}
