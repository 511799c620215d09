/** The load generator, in a process of its own: what people type, so many in flight at a time. */

import { Agent, request } from 'node:http';
import { serve } from './child.ts';
import { type Caller, type Typed, typedBy } from './typed.ts';

export interface Volley {
  readonly url: string;
  readonly caller: Caller;
  readonly atOnce: number;
  /** What is typed by each of these members of the crowd, after the command's name. */
  readonly by: readonly number[];
  readonly text: string;
}

/** Milliseconds from the first byte out to the last byte in, in the order of `by`. */
export interface Hits {
  readonly millis: readonly number[];
  /** Answers other than 200. */
  readonly failed: number;
}

function post(url: string, agent: Agent, { body, headers: more }: Typed): Promise<number> {
  const headers = { ...more(), 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const req = request(url, { method: 'POST', agent, headers }, (res) => {
      res.resume();
      res.once('end', () => resolve(res.statusCode ?? 0));
    });
    req.once('error', () => resolve(0));
    req.end(body);
  });
}

async function fire(v: Volley): Promise<Hits> {
  const agent = new Agent({ keepAlive: true, maxSockets: v.atOnce });
  const rest = v.by.map((n, at) => ({ at, typed: typedBy(v.caller, n, v.text) }));
  const millis: number[] = [];
  let failed = 0;
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const began = performance.now();
      if ((await post(v.url, agent, next.typed)) !== 200) failed += 1;
      millis[next.at] = performance.now() - began;
    }
  };
  await Promise.all(Array.from({ length: v.atOnce }, lane));
  agent.destroy();
  return { millis, failed };
}

serve(fire);
