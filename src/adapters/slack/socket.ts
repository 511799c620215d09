/**
 * Socket Mode: deliveries over a connection that the bot opens (docs.slack.dev/apis/events-api/using-socket-mode). What is not
 * acknowledged within three seconds comes again, over whichever connection is open then; its key makes that one effect.
 *
 * Reconnecting is ours. The SDK (3.1) waits ever longer while Slack can't be reached, gives up for good on some failures, leaves a gap
 * of seconds at each of Slack's regular requests to reconnect, and throws on envelopes that are not whole.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { type App, SocketModeReceiver, type webApi } from '@slack/bolt';
import { Fault } from '../../core/errors.ts';
import type { Clock, Log, Recorder } from '../../core/ports.ts';
import { asFault } from './call.ts';
import { envelopeOf } from './envelope.ts';
import { openedHome } from './inbound.ts';

export interface Socket {
  /** @throws Fault when no connection is open, with what is in the way */
  probe(): Promise<void>;
  /** Takes no more, answers what is under way, then ends the connection. */
  close(): Promise<void>;
}

interface Connection {
  /** Closed, or soon to be: it is time for another one. */
  readonly ended: Promise<void>;
  isOpen(): boolean;
  /** Answers what is under way and hangs up. */
  leave(): Promise<void>;
}

/** Seconds. */
const helloWithin = 15;
/**
 * The SDK's five seconds without a pong would end a connection for a moment's stall of this process, before what waits in it is read:
 * deliveries would be lost that can still be answered, or come again.
 */
const pongWithin = 20_000;
/** Slack waits no longer for an acknowledgment. */
const answersWithin = 3;
/** The SDK waits for the other side to hang up first, which Slack does not do. */
const goodbyeWithin = 1;
/** Between two attempts, in milliseconds; the first is made at once. */
const waits = [0, 1_000, 2_000, 5_000, 10_000, 30_000];
/** A connection that lasted so long was no failure. */
const good = 30_000;

interface Options {
  readonly app: App;
  readonly appToken: string;
  readonly clientOptions: webApi.WebClientOptions;
  readonly logger: webApi.Logger;
  readonly log: Log;
  readonly clock: Clock;
  readonly record: Recorder;
}

/** Connects, and keeps being connected. */
export function socketMode(o: Options): Socket {
  const stop = new AbortController();
  const underWay = tracked(o.app);
  let open: Connection | null = null;
  let inTheWay: Fault | null = null;

  async function keep(): Promise<void> {
    for (let failed = 0; !stop.signal.aborted; ) {
      const begun = Date.now();
      try {
        const before = open;
        const next = await connect(o, underWay, stop.signal);
        [open, inTheWay] = [next, null];
        o.log.info({}, 'connected to Slack over Socket Mode');
        void before?.leave();
        await Promise.race([next.ended, aborted(stop.signal)]);
        failed = Date.now() - begun > good ? 1 : failed + 1;
      } catch (error) {
        inTheWay = asFault('apps.connections.open', error);
        failed += 1;
        o.log.warn(
          { fault: inTheWay.code, says: inTheWay.message },
          'no connection to Slack over Socket Mode; it is tried again',
        );
      }
      const wait = Math.max(waits[Math.min(failed, waits.length) - 1] ?? 0, (inTheWay?.retryAfter ?? 0) * 1000);
      await pause(wait, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  const keeping = keep();
  return {
    probe() {
      if (open?.isOpen() === true) return Promise.resolve();
      return Promise.reject(inTheWay ?? new Fault('chat_unavailable', 'later', 'Slack is not connected over Socket Mode yet'));
    },
    async close() {
      stop.abort();
      await keeping;
      await open?.leave();
    },
  };
}

async function connect(o: Options, underWay: Set<Promise<unknown>>, stop: AbortSignal): Promise<Connection> {
  const receiver = new SocketModeReceiver({
    appToken: o.appToken,
    logger: o.logger,
    autoReconnectEnabled: false,
    clientPingTimeout: pongWithin,
    installerOptions: { clientOptions: o.clientOptions },
  });
  receiver.init(o.app);
  const { client } = receiver;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  client.once('disconnected', end);

  const [sdk] = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (data: unknown, isBinary: unknown) => {
    const envelope = envelopeOf(data);
    if (envelope.kind === 'hello') return void sdk?.(data, isBinary);
    if (envelope.kind === 'refused') return o.log.warn({ why: envelope.why }, 'refused what came over Socket Mode');
    if (envelope.kind === 'disconnect') {
      o.log.info({ reason: envelope.reason }, 'Slack asks to connect anew');
      return end();
    }
    // Somebody else gets it, or this bot when it runs again.
    if (stop.aborted) return;
    const { id, shape } = envelope;
    const acknowledge = () => client.websocket?.send(JSON.stringify({ envelope_id: id }), () => undefined);
    switch (shape.kind) {
      case 'refused':
        return o.log.warn({ why: shape.why }, 'refused what came over Socket Mode');
      case 'ignored':
        o.log.info({ what: shape.what }, 'Slack sent something that this bot does not use');
        return acknowledge();
      case 'home':
        return void o.record(openedHome(shape.home)).then((outcome) => (outcome === 'kept' ? acknowledge() : undefined));
      case 'bolt':
        return void sdk?.(data, isBinary);
    }
  });

  const hangUp = () => o.clock.within(goodbyeWithin, 'Slack', client.disconnect()).catch(() => undefined);
  const hello = o.clock.within(helloWithin, 'Slack', receiver.start()).catch((error: unknown) => {
    if (error instanceof Fault) return 'late' as const;
    throw error;
  });
  const outcome = await Promise.race([hello, aborted(stop)]);
  if (outcome === 'late' || outcome === 'aborted') {
    await hangUp();
    throw new Fault('chat_unavailable', 'later', 'Slack did not say hello over Socket Mode');
  }
  return {
    ended,
    isOpen: () => client.websocket?.isActive() === true,
    async leave() {
      await o.clock.within(answersWithin, 'Bolt', Promise.allSettled(underWay)).catch(() => undefined);
      await hangUp();
    },
  };
}

/** What Bolt is working on. */
function tracked(app: App): Set<Promise<unknown>> {
  const underWay = new Set<Promise<unknown>>();
  const process = app.processEvent.bind(app);
  app.processEvent = async (event) => {
    const work = process(event);
    underWay.add(work);
    await work.finally(() => underWay.delete(work));
  };
  return underWay;
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
}
