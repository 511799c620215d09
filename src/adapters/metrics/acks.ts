import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction, Receive } from '../../core/ports.ts';

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void> | void;

interface Arrival {
  readonly began: number;
  kind: Interaction['kind'] | null;
}

/**
 * Measures how long people's platforms wait: over HTTP from the arrival of the request to the end of the answer, otherwise (a socket)
 * from the hand-over of what was received until it is durable. What was refused, or could not be kept, is no acknowledgement.
 */
export function ackClock(observe: (kind: Interaction['kind'], seconds: number) => void): {
  handler(handler: Handler): Handler;
  receive(receive: Receive): Receive;
} {
  const arrivals = new AsyncLocalStorage<Arrival>();
  const since = (began: number): number => (performance.now() - began) / 1000;
  return {
    handler: (handler) => (req, res) => {
      const arrival: Arrival = { began: performance.now(), kind: null };
      res.once('finish', () => {
        if (arrival.kind !== null && res.statusCode < 300) observe(arrival.kind, since(arrival.began));
      });
      return arrivals.run(arrival, () => handler(req, res));
    },
    receive: (receive) => async (interaction) => {
      const arrival = arrivals.getStore();
      const began = performance.now();
      await receive(interaction);
      if (arrival === undefined) observe(interaction.kind, since(began));
      else arrival.kind = interaction.kind;
    },
  };
}
