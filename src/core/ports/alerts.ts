/** Messages to admins. */

import type { Card } from '../messages/card.ts';

/** Messages to admins, each sent once. */
export interface Alerts {
  /** Keeps an alert unless one with this key was kept before. Durable on return. */
  raise(alert: { readonly key: string; readonly requestId: string | null; readonly card: Card }): Promise<void>;
  /**
   * As Requests.hold, for one unsent alert at a time; sent when `work` returns. One that throws is logged and put off, and does
   * not keep the others waiting. Gives back how many were sent.
   */
  holdEach(work: (alert: UnsentAlert) => Promise<void>): Promise<number>;
  /** Keeps that an unsent alert stands on this platform, so that it is not posted there again. */
  stands(key: string, platform: string): Promise<void>;
}

export interface UnsentAlert {
  readonly key: string;
  readonly requestId: string | null;
  readonly card: Card;
  readonly attempts: number;
  /** Platforms on which it stands already. */
  readonly standsOn: readonly string[];
}
