/** What comes over Socket Mode's connection, before the SDK sees it (docs.slack.dev/apis/events-api/using-socket-mode). */

import { commandShape, eventShape, interactionShape, isObject, isText, type Shape } from './shape.ts';

export type Envelope =
  /** The connection stands. */
  | { readonly kind: 'hello' }
  /** Slack is about to close it, or has no more use for it. */
  | { readonly kind: 'disconnect'; readonly reason: string }
  | { readonly kind: 'delivery'; readonly id: string; readonly shape: Shape }
  | { readonly kind: 'refused'; readonly why: string };

const shapes: Readonly<Record<string, (payload: unknown) => Shape>> = {
  slash_commands: (payload) =>
    isObject(payload) ? commandShape(payload) : { kind: 'refused', why: 'a command that is not an object' },
  interactive: interactionShape,
  events_api: (payload) => (isObject(payload) ? eventShape(payload) : { kind: 'refused', why: 'an event that is not an object' }),
};

/** @param data as the socket gave it; binary frames are none of Slack's */
export function envelopeOf(data: unknown): Envelope {
  const envelope = typeof data === 'string' ? parsed(data) : undefined;
  if (!isObject(envelope) || typeof envelope.type !== 'string') return { kind: 'refused', why: 'not an envelope' };
  const { type, envelope_id: id, payload, reason } = envelope;
  if (type === 'hello') return { kind: 'hello' };
  if (type === 'disconnect') return { kind: 'disconnect', reason: typeof reason === 'string' ? reason : 'none given' };
  if (!isText(id)) return { kind: 'refused', why: 'an envelope without an id' };
  const shape = Object.hasOwn(shapes, type) ? shapes[type]?.(payload) : undefined;
  return { kind: 'delivery', id, shape: shape ?? { kind: 'ignored', what: type } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
