/** What every part of the store contract works with: two stores on the same data. */

import assert from 'node:assert/strict';
import { Fault } from '../../src/core/errors.ts';
import type { AuditEntry, Store } from '../../src/core/ports.ts';
import type { AccessRequest } from '../../src/core/request/request.ts';
import { newRequest, unique } from './samples.ts';

/** Where stores for the suite come from. All stores that it opens stand on the same data, which starts empty. */
export interface StoreGround {
  open(holder: string, leaseSeconds: number): Promise<Store & { close(): Promise<void> }>;
  /** Address of the data, for a child process that opens it by itself. */
  readonly url: string;
  /** The audit of a request as it is stored, oldest first. */
  audit(requestId: string): Promise<readonly Pick<AuditEntry, 'event' | 'actor' | 'details'>[]>;
  close(): Promise<void>;
}

/** Two stores as of two processes, and what the parts of the suite do with them all the time. */
export class Stores {
  on!: StoreGround;
  a!: Awaited<ReturnType<StoreGround['open']>>;
  b!: Awaited<ReturnType<StoreGround['open']>>;

  async start(ground: () => Promise<StoreGround>): Promise<void> {
    this.on = await ground();
    this.a = await this.on.open('worker-a', leaseSeconds);
    this.b = await this.on.open('worker-b', leaseSeconds);
  }

  async stop(): Promise<void> {
    await this.a?.close();
    await this.b?.close();
    await this.on?.close();
  }

  /** A new request, opened through the first store. */
  async opened(over: Parameters<typeof newRequest>[0] = {}): Promise<AccessRequest> {
    return (await this.a.requests.create(newRequest(over), unique('interaction-'), [])).request;
  }

  /** A request as the second store reads it. */
  async reread(id: string): Promise<AccessRequest> {
    const request = await this.b.requests.get(id);
    assert.ok(request, 'the request is there');
    return request;
  }
}

/** Short, so that what waits for a lease to expire does not wait long. */
export const leaseSeconds = 1.5;

export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** Many at once. */
export const times = <T>(n: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => make(i)));

export const isFault =
  (code: Fault['code']) =>
  (error: unknown): boolean =>
    error instanceof Fault && error.code === code;
