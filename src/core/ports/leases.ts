/** One at a time, over all processes. */

export interface Leases {
  /**
   * Runs `work` while holding the named lease (renewed while it runs). `stillHeld` throws a Fault `not_yet` once the lease was lost.
   * Throws a Fault `not_yet` when somebody else holds it and does not let go within `patience` seconds.
   */
  with<T>(name: string, patience: number, work: (stillHeld: () => Promise<void>) => Promise<T>): Promise<T>;
}
