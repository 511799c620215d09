/** A cluster that hangs: it takes what it is sent and says nothing to anybody, until it is let go and answers what it was asked. */
export class Hang {
  #over: Promise<void> | null = null;
  #letGo = (): void => undefined;

  set(on: boolean): void {
    if (on === (this.#over !== null)) return;
    this.#letGo();
    this.#over = null;
    if (on)
      this.#over = new Promise((resolve) => {
        this.#letGo = resolve;
      });
  }

  /** Resolves when it is over; null: it does not hang. */
  over(): Promise<void> | null {
    return this.#over;
  }
}
