/** What Teams sends, as far as it is read here (learn.microsoft.com, "conversation-basics", "conversation-events", "bot-framework-rest-connector-api-reference"). */

export type Json = Readonly<Record<string, unknown>>;

export interface Activity {
  readonly type: string;
  /** Of an invoke: what is asked for. */
  readonly name: string;
  readonly id: string;
  readonly serviceUrl: string;
  readonly conversation: { readonly id: string; readonly kind: 'personal' | 'shared' };
  /** Whoever did it: Teams' own id, and the Entra object id where there is one. */
  readonly from: { readonly id: string; readonly oid: string | null; readonly name: string };
  /** Teams' id of this bot, `28:<app id>`. */
  readonly bot: string;
  readonly tenants: readonly string[];
  readonly text: string;
  /** What it mentions, and how that stands in the text. */
  readonly mentions: readonly { readonly id: string; readonly text: string }[];
  /** Of a card's action: what the action carried. Null: nothing. */
  readonly value: Json | null;
  /** The message that a pressed action stood on. */
  readonly replyTo: string | null;
  /** Of an installation: `add`, `remove`. */
  readonly action: string;
}

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
export const word = (value: unknown): string => (typeof value === 'string' ? value : '');
const objectIn = (value: unknown): Json => (isObject(value) ? value : {});

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @returns null: it lacks what every activity has */
export function activityOf(body: Json): Activity | null {
  const conversation = objectIn(body.conversation);
  const [from, recipient, tenant] = [body.from, body.recipient, objectIn(body.channelData).tenant].map(objectIn) as [
    Json,
    Json,
    Json,
  ];
  const [type, id, place, serviceUrl] = [body.type, body.id, conversation.id, body.serviceUrl].map(word) as [
    string,
    string,
    string,
    string,
  ];
  // What an invoke replies to is its identity where it has none of its own.
  if (type === '' || place === '' || serviceUrl === '' || (id === '' && type !== 'invoke')) return null;
  const oid = word(from.aadObjectId);
  return {
    type,
    name: word(body.name),
    id,
    serviceUrl,
    conversation: { id: place, kind: conversation.conversationType === 'personal' ? 'personal' : 'shared' },
    from: { id: word(from.id), oid: guid.test(oid) ? oid.toLowerCase() : null, name: word(from.name) },
    bot: word(recipient.id),
    tenants: [conversation.tenantId, tenant.id].map(word).filter((name) => name !== ''),
    text: word(body.text),
    mentions: mentionsIn(body.entities),
    value: isObject(body.value) ? body.value : null,
    replyTo: word(body.replyToId) || null,
    action: word(body.action),
  };
}

function mentionsIn(entities: unknown): Activity['mentions'] {
  if (!Array.isArray(entities)) return [];
  return entities
    .filter(isObject)
    .filter(({ type }) => type === 'mention')
    .map(({ mentioned, text }) => ({ id: word(objectIn(mentioned).id), text: word(text) }));
}

/** A conversation without the thread of it that is named (`19:…@thread.tacv2;messageid=1481567603816`). */
export const withoutThread = (conversation: string): string => conversation.split(';')[0] ?? conversation;
