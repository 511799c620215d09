/** Cuts a byte stream into messages of the PostgreSQL protocol 3.0 (PostgreSQL docs, "Message Formats"), one at a time, on demand. */
import type { Duplex } from 'node:stream';

export interface Frame {
  /** One letter; empty for the packets of the start-up phase, which have none. */
  readonly type: string;
  readonly body: Buffer;
}

/** Far more than a statement or a token needs; a client that announces more is not talking this protocol. */
const longest = 64 * 1024 * 1024;
const pauseAbove = 256 * 1024;

export class Frames {
  readonly #stream: Duplex;
  #held: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #waits: () => Promise<void> | null;
  readonly #onData = (chunk: Buffer): void => {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (this.#held.length > pauseAbove) this.#stream.pause();
    this.#wake?.();
  };
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };

  /** @param held asked when a message has come: null, or what it then waits for */
  constructor(stream: Duplex, held: () => Promise<void> | null = () => null) {
    this.#stream = stream;
    this.#waits = held;
    stream.on('data', this.#onData);
    for (const event of ['end', 'close', 'error']) stream.on(event, this.#onEnd);
  }

  /** Lets go of the stream (for the change to TLS). Null when bytes came that belong to nobody: they must not be read as if encrypted. */
  release(): Duplex | null {
    this.#stream.off('data', this.#onData);
    this.#stream.pause();
    for (const event of ['end', 'close']) this.#stream.off(event, this.#onEnd);
    return this.#held.length === 0 ? this.#stream : null;
  }

  async #bytes(count: number): Promise<Buffer | null> {
    while (this.#held.length < count) {
      if (this.#ended) return null;
      this.#stream.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    return this.#held.subarray(0, count);
  }

  async #take(typed: boolean): Promise<Frame | null> {
    const got = await this.#read(typed);
    const wait = this.#waits();
    if (got === null || wait === null) return got;
    await Promise.race([wait, new Promise((resolve) => this.#stream.once('close', resolve))]);
    // Whoever left meanwhile wants no answer any more.
    return this.#ended ? null : got;
  }

  async #read(typed: boolean): Promise<Frame | null> {
    const head = await this.#bytes(typed ? 5 : 4);
    if (head === null) return null;
    const start = typed ? 1 : 0;
    const length = head.readInt32BE(start);
    if (length < 4 || length > longest) return null;
    const whole = await this.#bytes(start + length);
    if (whole === null) return null;
    this.#held = this.#held.subarray(start + length);
    return { type: typed ? String.fromCharCode(whole[0] ?? 0) : '', body: whole.subarray(start + 4) };
  }

  /** The next message; null at the end of the stream. */
  next(): Promise<Frame | null> {
    return this.#take(true);
  }

  /** The next packet of the start-up phase; null at the end of the stream. */
  startup(): Promise<Frame | null> {
    return this.#take(false);
  }
}

/** Reads the fields of a message body in order. */
export class Fields {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get done(): boolean {
    return this.#at >= this.#body.length;
  }

  byte(): string {
    return String.fromCharCode(this.#body[this.#at++] ?? 0);
  }

  int16(): number {
    this.#at += 2;
    return this.#body.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#body.readInt32BE(this.#at - 4);
  }

  text(): string {
    const end = this.#body.indexOf(0, this.#at);
    const stop = end === -1 ? this.#body.length : end;
    const text = this.#body.toString('utf8', this.#at, stop);
    this.#at = stop + 1;
    return text;
  }

  /** A length-prefixed value; null for SQL NULL. */
  value(): Buffer | null {
    const length = this.int32();
    if (length < 0) return null;
    this.#at += length;
    return this.#body.subarray(this.#at - length, this.#at);
  }

  rest(): Buffer {
    return this.#body.subarray(this.#at);
  }
}
