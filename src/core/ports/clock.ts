/** Time as this machine has it. Deadlines of requests are compared with the store's clock, never with this one. */

export interface Clock {
  /** For what is only shown. */
  now(): Date;
  /**
   * What `work` comes to, within so many seconds; what comes later is dropped.
   *
   * @param what as it reads before "did not answer": `the directory (Microsoft Graph)`
   * @throws Fault `not_yet` when it takes longer; whatever `work` throws
   */
  within<T>(seconds: number, what: string, work: Promise<T>): Promise<T>;
  /**
   * Between two pieces of a long calculation: everything else that waits has its turn, where it had none for some milliseconds. What is
   * called thousands of times costs next to nothing, and holds up nobody's click.
   */
  rest(): Promise<void>;
}
