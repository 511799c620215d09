/** Collects messages to a client and sends them together, waiting when the client reads slowly. */
import type { Socket } from 'node:net';

const flushAbove = 64 * 1024;

export class Outbox {
  readonly #socket: Socket;
  #held: Buffer[] = [];
  #size = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(...messages: readonly Buffer[]): void {
    for (const message of messages) {
      this.#held.push(message);
      this.#size += message.length;
    }
  }

  /** Sends when there is enough to be worth it. */
  async flushWhenFull(): Promise<void> {
    if (this.#size > flushAbove) await this.flush();
  }

  /** Resolves when the client has room again, or is gone. */
  async flush(): Promise<void> {
    if (this.#size === 0) return;
    const all = Buffer.concat(this.#held);
    this.#held = [];
    this.#size = 0;
    if (this.#socket.destroyed || this.#socket.write(all)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done);
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.once('drain', done);
      this.#socket.once('close', done);
    });
  }
}
