/** What a signed body is, before Bolt sees it: a command, a press, something to be answered here, or nothing that Slack would send. */

import type { Refusal } from './guard.ts';

export type Shape =
  | { readonly kind: 'bolt'; readonly contentType: 'application/x-www-form-urlencoded' | 'application/json' }
  /** Signed, but nothing that this bot takes: acknowledged, so that Slack does not come again. */
  | { readonly kind: 'ignored'; readonly what: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

type Json = Readonly<Record<string, unknown>>;

const refused = (why: string): Shape => ({ kind: 'refused', refusal: { status: 400, why } });

/** Fields of a slash command that are read later (docs.slack.dev/interactivity/implementing-slash-commands). */
const commandFields = ['command', 'team_id', 'user_id', 'channel_id', 'trigger_id', 'response_url'];
/** Members by which Bolt would take an interaction for something else. */
const foreign = ['event', 'command', 'name', 'ssl_check'];

/** Slack's own check of the address: unsigned by design, answered without looking further. */
export function isSslCheck(contentType: string | undefined, raw: Buffer): boolean {
  return (
    mediaType(contentType) === 'application/x-www-form-urlencoded' && new URLSearchParams(raw.toString()).get('ssl_check') === '1'
  );
}

/** @param raw a body whose signature was checked */
export function shapeOf(contentType: string | undefined, raw: Buffer): Shape {
  if (raw.length === 0) return refused('empty body');
  const text = raw.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(raw)) return refused('body is not UTF-8');
  const media = mediaType(contentType);
  if (media === 'application/json') return jsonShape(parsed(text));
  if (media !== 'application/x-www-form-urlencoded') return refused('neither a form nor JSON');
  const form = new URLSearchParams(text);
  for (const name of form.keys()) if (form.getAll(name).length > 1) return refused('a form field comes twice');
  const payload = form.get('payload');
  if (payload === null) return commandShape(form);
  return payloadShape(parsed(payload));
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function commandShape(form: URLSearchParams): Shape {
  const missing = commandFields.find((name) => !form.get(name));
  if (missing !== undefined) return refused(`a command without ${missing}`);
  return { kind: 'bolt', contentType: 'application/x-www-form-urlencoded' };
}

function payloadShape(payload: unknown): Shape {
  if (!isObject(payload)) return refused('payload is not an object');
  if (typeof payload.type !== 'string') return refused('payload without a type');
  if (foreign.some((name) => name in payload)) return refused('payload is of two kinds');
  if (payload.type !== 'block_actions') return { kind: 'ignored', what: payload.type };
  const { actions } = payload;
  if (!Array.isArray(actions) || actions.length === 0 || !actions.every(isObject)) return refused('a press without actions');
  if (!actions.every((action) => typeof action.action_id === 'string')) return refused('an action without an id');
  const whole = [member(payload.user, 'id'), member(payload.team, 'id'), payload.trigger_id];
  if (!whole.every((value) => typeof value === 'string' && value !== '')) return refused('a press without user, team or trigger');
  return { kind: 'bolt', contentType: 'application/x-www-form-urlencoded' };
}

function jsonShape(body: unknown): Shape {
  if (!isObject(body) || typeof body.type !== 'string') return refused('JSON without a type');
  if (body.type !== 'url_verification') return { kind: 'ignored', what: body.type };
  if (typeof body.challenge !== 'string') return refused('a verification without a challenge');
  return { kind: 'bolt', contentType: 'application/json' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
