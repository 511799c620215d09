/** Why a step could not be finished yet: kept with the request and said to the requester. It goes on by itself. */
export interface Wait {
  /** Closed words for machines: `login_refused`, `settings_blocked`, or a Fault's code. */
  readonly code: string;
  /** What is waited for, as it reads after "Waiting for: ". */
  readonly says: string;
  /** Waiting alone does not mend it: the admins are told. */
  readonly needsAdmin?: true;
  /** Seconds to wait at least, if the other side said so. */
  readonly atLeast?: number;
}
