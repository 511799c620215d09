/** The connector's calls about conversations and messages (learn.microsoft.com, "bot-framework-rest-connector-api-reference"). */
import { type SandboxPerson, teamsUserId, tenantId } from '../people.ts';
import { contentOf } from './content.ts';
import { isObject, type Json, list, word } from './json.ts';
import { Refused, WritesBlocked } from './refused.ts';
import type { Conversation, Message, Tenant } from './tenant.ts';

export interface Called {
  readonly tenant: Tenant;
  /** What the path names, decoded. */
  readonly names: readonly string[];
  readonly body: Json;
  readonly query: URLSearchParams;
}
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const notFound = (): Refused => new Refused(404, 'ConversationNotFound', 'Conversation not found.');
/** The 403s of "conversation-messages" and, for a personal chat that the app was taken out of, of "send-proactive-messages". */
function reachable(tenant: Tenant, { kind, app, members }: Conversation): void {
  const theirs = (): boolean => kind === 'personal' && members.some((key) => sharesTeam(tenant, key));
  if (app === 'blocked') throw new Refused(403, 'ConversationBlockedByUser', 'User blocked the conversation with the bot.');
  if (app === 'removed' && kind === 'personal') throw new WritesBlocked();
  if (app !== 'installed' && !theirs()) throw notInRoster();
}

const notInRoster = (): Refused =>
  new Refused(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');

/** A conversation, and the thread of it that is named: `<channel>;messageid=<message>`. */
function conversationIn({ tenant, names }: Called): { readonly conversation: Conversation; readonly thread: string | null } {
  const [id = '', thread = null] = (names[0] ?? '').split(';messageid=', 2);
  const conversation = tenant.conversations.get(id);
  if (conversation === undefined || (thread !== null && conversation.kind !== 'channel')) throw notFound();
  if (thread !== null && tenant.find(id, thread) === undefined) throw notFound();
  reachable(tenant, conversation);
  return { conversation, thread };
}

/** Types of activities that are taken and leave nothing behind. */
const passing = new Set(['typing', 'endOfConversation', 'event', 'trace']);

function say(call: Called, conversation: Conversation, thread: string | null): Message | null {
  const { type } = call.body;
  if (passing.has(word(type))) return null;
  if (type !== 'message') throw new Refused(400, 'BadArgument', `Unknown activity type ${JSON.stringify(type)}`);
  return call.tenant.add({ conversation: conversation.id, thread, from: null, ...contentOf(call.body) });
}

/** To a channel without a thread: a new thread of it. */
export function send(call: Called): Answer {
  const { conversation, thread } = conversationIn(call);
  return { status: 201, body: { id: say(call, conversation, thread)?.id ?? call.tenant.nextId() } };
}

/** In a channel a reply goes to the thread of what it replies to; elsewhere there are no threads. */
export function reply(call: Called): Answer {
  const { conversation, thread } = conversationIn(call);
  const to = call.tenant.find(conversation.id, call.names[1] ?? '');
  const root = conversation.kind === 'channel' ? (thread ?? to?.thread ?? to?.id ?? null) : null;
  return { status: 201, body: { id: say(call, conversation, root)?.id ?? call.tenant.nextId() } };
}

/** A bot changes what it said itself, and nothing else. */
function ownMessage(call: Called): Message {
  const { conversation } = conversationIn(call);
  const message = call.tenant.find(conversation.id, call.names[1] ?? '');
  if (message === undefined || message.deleted)
    throw new Refused(404, 'ActivityNotFoundInConversation', 'The activity was not found in the conversation.');
  if (message.from !== null) throw new Refused(403, 'ForbiddenOperationException', 'A bot can change its own messages alone.');
  return message;
}

export function update(call: Called): Answer {
  const message = ownMessage(call);
  call.tenant.edit(message, contentOf(call.body));
  return { status: 200, body: { id: message.id } };
}

export function remove(call: Called): Answer {
  call.tenant.edit(ownMessage(call), { deleted: true });
  return { status: 200, body: {} };
}

/**
 * Opens the personal chat of a person (by the bot's own id of them, or by their Entra object id), or a new thread of a channel
 * (learn.microsoft.com, "send-proactive-messages").
 */
export function create(call: Called): Answer {
  const { body } = call;
  const channelData = isObject(body.channelData) ? body.channelData : {};
  const channel = isObject(channelData.channel) ? word(channelData.channel.id) : word(channelData.teamsChannelId);
  if (channel !== '') return newThread(call, channel);
  const members = list(body.members);
  if (body.isGroup === true || members.length !== 1)
    throw new Refused(
      400,
      'BadSyntax',
      'Bots can open a chat with one member, or a thread of a channel (channelData.channel.id).',
    );
  const named = isObject(channelData.tenant) ? word(channelData.tenant.id) : '';
  const tenantNamed = word(body.tenantId) || named;
  if (tenantNamed === '')
    throw new Refused(400, 'BadSyntax', 'Incorrect conversation creation parameters: the tenant id is missing.');
  if (tenantNamed !== tenantId) throw new Refused(403, 'ForbiddenOperationException', 'The bot is not installed in this tenant.');
  const person = call.tenant.personCalled(word(members[0]?.id));
  if (person === undefined) throw new Refused(400, 'BadArgument', 'Failed to decrypt pairwise id');
  const chat = call.tenant.personal(person);
  if (!isObject(body.activity) && chat.app !== 'absent') return { status: 201, body: { id: chat.id } };
  reachable(call.tenant, chat);
  const message = isObject(body.activity) ? say({ ...call, body: body.activity }, chat, null) : null;
  return { status: 201, body: { id: chat.id, ...(message === null ? {} : { activityId: message.id }) } };
}

/** The app is theirs by a team that has it, too ("send-proactive-messages": "or make the user a part of a team in which the app is installed"). */
function sharesTeam(tenant: Tenant, key: string): boolean {
  return [...tenant.conversations.values()].some(
    ({ team, app, members: all }) => team !== null && app === 'installed' && all.includes(key),
  );
}

function newThread(call: Called, channel: string): Answer {
  const { conversation } = conversationIn({ ...call, names: [channel] });
  if (conversation.kind !== 'channel') throw new Refused(400, 'BadSyntax', 'Threads are begun in channels alone.');
  if (!isObject(call.body.activity))
    throw new Refused(400, 'BadSyntax', 'Incorrect conversation creation parameters: the activity is missing.');
  const message = say({ ...call, body: call.body.activity }, conversation, null);
  if (message === null) throw new Refused(400, 'BadSyntax', 'A thread begins with a message.');
  return { status: 201, body: { id: `${conversation.id};messageid=${message.id}`, activityId: message.id } };
}

/** learn.microsoft.com, "get-teams-context": Teams adds what it knows of a person to the channel account. */
function accountOf(person: SandboxPerson): Json {
  const [givenName = person.name, ...surname] = person.name.split(' ');
  const id = teamsUserId(person);
  const { name, oid: aadObjectId, mail: email, upn: userPrincipalName } = person;
  const userRole = person.kind === 'guest' ? 'guest' : 'user';
  return {
    id,
    name,
    aadObjectId,
    objectId: aadObjectId,
    givenName,
    surname: surname.join(' '),
    email,
    userPrincipalName,
    tenantId,
    userRole,
  };
}

const membersOf = ({ tenant }: Called, { members }: Conversation): Json[] =>
  tenant.people.filter(({ key }) => members.includes(key)).map(accountOf);

export function members(call: Called): Answer {
  return { status: 200, body: membersOf(call, conversationIn(call).conversation) };
}

export function member(call: Called): Answer {
  const { conversation } = conversationIn(call);
  const person = call.tenant.personCalled(call.names[1] ?? '');
  if (person === undefined || !conversation.members.includes(person.key))
    throw new Refused(404, 'MemberNotFoundInConversation', 'Member not found in conversation');
  return { status: 200, body: accountOf(person) };
}

/** learn.microsoft.com, "get-teams-context": pages of 50 to 500. */
export function pagedMembers(call: Called): Answer {
  const all = membersOf(call, conversationIn(call).conversation);
  const size = Math.min(500, Math.max(50, Number(call.query.get('pageSize') ?? 200) || 200));
  const from = Number(call.query.get('continuationToken') ?? 0) || 0;
  const next = from + size;
  return {
    status: 200,
    body: { members: all.slice(from, next), ...(next < all.length ? { continuationToken: String(next) } : {}) },
  };
}

function teamIn({ tenant, names }: Called): readonly Conversation[] {
  const channels = [...tenant.conversations.values()].filter(({ team }) => team !== null && team.id === names[0]);
  if (channels.length === 0) throw notFound();
  if (!channels.some(({ app }) => app === 'installed')) throw notInRoster();
  return channels;
}

export function team(call: Called): Answer {
  const { team: found } = teamIn(call)[0] ?? {};
  return { status: 200, body: { id: found?.id, name: found?.name, tenantId } };
}

/** The channel that a team began with has no name here. */
export function channelsOfTeam(call: Called): Answer {
  const conversations = teamIn(call).map(({ id, name, team: of }) => (id === of?.id ? { id } : { id, name }));
  return { status: 200, body: { conversations } };
}
