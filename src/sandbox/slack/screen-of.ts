import type { SandboxPerson } from '../people.ts';
import { fieldsOf, textOf, standing } from './fields.ts';
import type { Screen, ScreenMessage, ScreenModal } from './screen.ts';
import type { View } from './views.ts';
import { botUser, type Channel, type Message, type Workspace } from './workspace.ts';

/** What this person has on their screen now. */
export function screenOf(workspace: Workspace, person: SandboxPerson): Screen {
  const user = person.slackUserId;
  const home = workspace.views.home(user);
  const open = workspace.views.top(user);
  return {
    channels: [...workspace.channels.values()]
      .filter((channel) => channel.members.includes(user))
      .sort((a, b) => Number(b.isDirect) - Number(a.isDirect))
      .map((channel) => channelOf(channel)),
    messages: workspace.seenBy(user).map((message) => messageOf(workspace, message)),
    modal: open === undefined ? null : modalOf(open),
    home: home === undefined ? null : { blocks: home.blocks, at: home.at },
  };
}

function channelOf(channel: Channel): Screen['channels'][number] {
  return {
    id: channel.id,
    name: channel.isDirect ? botUser.name : channel.name,
    kind: channel.isDirect ? 'direct' : channel.isPrivate ? 'private' : 'channel',
    archived: channel.isArchived,
    members: channel.members.length + Number(channel.hasBot),
  };
}

function messageOf(workspace: Workspace, message: Message): ScreenMessage {
  return {
    id: `${message.channel}:${message.ts}`,
    channel: message.channel,
    from: writerOf(workspace, message),
    isBot: message.user === botUser.id,
    ephemeral: message.only !== null,
    edited: message.earlier.length > 0,
    at: timeOf(message),
    text: message.text,
    blocks: message.blocks,
  };
}

/** Whoever wrote a message, by name. */
export function writerOf(workspace: Workspace, { user }: Message): string {
  if (user === botUser.id) return botUser.name;
  if (user === 'USLACKBOT') return 'Slackbot';
  return workspace.people.find((person) => person.slackUserId === user)?.name ?? user;
}

export const timeOf = ({ ts }: Message): string => new Date(Number(ts) * 1000).toISOString();

function modalOf(view: View): ScreenModal {
  const { title, submit, close } = view.content;
  return {
    id: view.id,
    title: textOf(title),
    submit: submit === undefined ? null : textOf(submit),
    close: close === undefined ? 'Cancel' : textOf(close),
    blocks: withFilled(view),
    errors: view.errors,
  };
}

/** What was filled in stays in the form that comes back with errors. */
function withFilled(view: View): View['blocks'] {
  const fields = new Map(fieldsOf(view.blocks).map((field) => [field.blockId, field]));
  return view.blocks.map((block) => {
    const field = fields.get(String(block.block_id));
    if (field === undefined || view.filled.size === 0) return block;
    const { value, selected_option: chosen } = standing(field, view.filled);
    const { initial_value: _, initial_option: __, ...element } = field.element;
    const kept =
      field.type === 'text'
        ? value === null
          ? {}
          : { initial_value: value }
        : chosen === null
          ? {}
          : { initial_option: chosen };
    return { ...block, element: { ...element, ...kept } };
  });
}
