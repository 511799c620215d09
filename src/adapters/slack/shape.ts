/**
 * What came from Slack is, before Bolt sees it: something to work, something to be acknowledged and forgotten, or nothing that Slack
 * would send. The same for a signed body and for an envelope of Socket Mode.
 */

import type { HomeEvent } from './inbound.ts';

export type Shape =
  | { readonly kind: 'bolt' }
  /** An event, which Bolt would acknowledge before it is durable. */
  | { readonly kind: 'home'; readonly home: HomeEvent }
  /** Genuine, but nothing that this bot takes: acknowledged, so that Slack does not come again. */
  | { readonly kind: 'ignored'; readonly what: string }
  | { readonly kind: 'refused'; readonly why: string };

type Json = Readonly<Record<string, unknown>>;

const refused = (why: string): Shape => ({ kind: 'refused', why });
const bolt: Shape = { kind: 'bolt' };

/** Fields of a slash command that are read later (docs.slack.dev/interactivity/implementing-slash-commands). */
const commandFields = ['command', 'team_id', 'user_id', 'channel_id', 'trigger_id', 'response_url'];
/** Members by which Bolt would take an interaction for something else. */
const foreign = ['event', 'command', 'name', 'ssl_check'];

export function commandShape(fields: Json): Shape {
  const missing = commandFields.find((name) => !isText(fields[name]));
  return missing === undefined ? bolt : refused(`a command without ${missing}`);
}

/** An interaction of any kind (docs.slack.dev/reference/interaction-payloads). */
export function interactionShape(payload: unknown): Shape {
  if (!isObject(payload)) return refused('payload is not an object');
  const { type } = payload;
  if (typeof type !== 'string') return refused('payload without a type');
  if (foreign.some((name) => name in payload)) return refused('payload is of two kinds');
  const wrongOf = Object.hasOwn(interactions, type) ? interactions[type] : undefined;
  if (wrongOf === undefined) return { kind: 'ignored', what: type };
  const wrong = wrongOf(payload) ?? whoWrong(payload);
  return wrong === null ? bolt : refused(wrong);
}

/** What is wrong with an interaction of this type; null: nothing. */
const interactions: Readonly<Record<string, (payload: Json) => string | null>> = {
  block_actions: ({ actions, trigger_id, container }) => {
    if (!Array.isArray(actions) || actions.length === 0 || !actions.every(isObject)) return 'a press without actions';
    if (!actions.every((action) => isText(action.action_id))) return 'an action without an id';
    if (!actions.every(({ type, value }) => type !== 'button' || value === undefined || typeof value === 'string'))
      return 'a button whose value is no text';
    if (!isObject(container)) return 'a press without a container';
    return isText(trigger_id) ? null : 'a press without a trigger';
  },
  view_submission: ({ view }) => {
    if (!isObject(view) || !isText(view.id)) return 'a submission without a view';
    if (typeof view.callback_id !== 'string' || typeof view.private_metadata !== 'string') return 'a view that is not whole';
    const values = member(view.state, 'values');
    return isObject(values) && Object.values(values).every(isObject) ? null : 'a submission without values';
  },
  block_suggestion: ({ action_id, block_id, value }) =>
    isText(action_id) && isText(block_id) && typeof value === 'string' ? null : 'a question without a field or a text',
};

/** Somebody and their workspace: null where the app is installed for an organization, and then the user names it. */
function whoWrong({ user, team }: Json): string | null {
  if (!isText(member(user, 'id'))) return 'an interaction without a user';
  const teams = [member(user, 'team_id'), member(team, 'id')];
  return teams.some(isText) && (team === null || isText(member(team, 'id'))) ? null : 'an interaction without a team';
}

/** docs.slack.dev/apis/events-api, "Callback field". */
export function eventShape(body: Json): Shape {
  const { type, event, event_id: eventId, team_id: team } = body;
  if (type !== 'event_callback') return { kind: 'ignored', what: String(type) };
  if (!isObject(event) || !isText(event.type)) return refused('an event without a type');
  if (!isText(eventId)) return refused('an event without an id');
  if (event.type !== 'app_home_opened') return { kind: 'ignored', what: event.type };
  if (!isText(event.user) || !isText(team)) return refused('a home without a user or a team');
  return event.tab === 'home'
    ? { kind: 'home', home: { eventId, team, user: event.user } }
    : { kind: 'ignored', what: 'app_home_opened of another tab' };
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
