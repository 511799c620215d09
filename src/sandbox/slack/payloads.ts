/** What Slack sends to the bot for what people do, as data. Each names its page below docs.slack.dev. */

import type { SandboxPerson } from '../people.ts';
import type { Json } from './checks.ts';
import type { FormField } from './fields.ts';
import { messageObject } from './objects.ts';
import type { Pressable } from './source.ts';
import { viewObject } from './view-methods.ts';
import type { View } from './views.ts';
import { botUser, type Channel, type Message, team, type Workspace } from './workspace.ts';

/** reference/interaction-payloads: what every interaction starts with. */
const by = (person: SandboxPerson): Json => ({
  user: { id: person.slackUserId, username: person.key, name: person.key, team_id: team.id },
  api_app_id: botUser.appId,
  token: 'deprecated',
  team,
  enterprise: null,
  is_enterprise_install: false,
});

/** interactivity/implementing-slash-commands, "Preparing your app to receive commands" */
export function commandForm(o: {
  readonly workspace: Workspace;
  readonly person: SandboxPerson;
  readonly channel: Channel;
  readonly name: string;
  readonly text: string;
  readonly responseUrl: string;
}): Record<string, string> {
  const { person, channel } = o;
  return {
    token: 'deprecated',
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channel.isPrivate ? 'privategroup' : channel.name,
    user_id: person.slackUserId,
    user_name: person.key,
    command: o.name,
    text: o.text,
    api_app_id: botUser.appId,
    is_enterprise_install: 'false',
    response_url: o.responseUrl,
    trigger_id: o.workspace.triggers.issue(person.slackUserId),
  };
}

/** reference/interaction-payloads/block_actions-payload, from a message */
export function messagePress(o: {
  readonly workspace: Workspace;
  readonly person: SandboxPerson;
  readonly message: Message;
  readonly pressed: Pressable;
  readonly responseUrl: string;
}): Json {
  const { workspace, person, message } = o;
  const ephemeral = message.only !== null;
  return {
    type: 'block_actions',
    ...by(person),
    container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: ephemeral },
    trigger_id: workspace.triggers.issue(person.slackUserId),
    channel: { id: message.channel, name: workspace.channels.get(message.channel)?.name },
    ...(ephemeral ? {} : { message: messageObject(message, false) }),
    state: { values: {} },
    response_url: o.responseUrl,
    actions: [actionOf(o.pressed, workspace.nextTs())],
  };
}

/** reference/interaction-payloads/block_actions-payload, from a view: no message, no channel, no response URL. */
export function viewPress(o: {
  readonly workspace: Workspace;
  readonly person: SandboxPerson;
  readonly view: View;
  readonly pressed: Pressable;
}): Json {
  const { workspace, person, view } = o;
  return {
    type: 'block_actions',
    ...by(person),
    container: { type: 'view', view_id: view.id },
    trigger_id: workspace.triggers.issue(person.slackUserId, view.id),
    view: viewObject(view),
    actions: [actionOf(o.pressed, workspace.nextTs())],
  };
}

function actionOf(pressed: Pressable, ts: string): Json {
  return {
    type: 'button',
    action_id: pressed.id,
    block_id: pressed.blockId,
    text: pressed.element.text,
    ...(pressed.value === '' ? {} : { value: pressed.value }),
    ...(pressed.element.style === undefined ? {} : { style: pressed.element.style }),
    action_ts: ts,
  };
}

/** reference/interaction-payloads/view-interactions-payload, "view_submission" */
export function submission(workspace: Workspace, person: SandboxPerson, view: View): Json {
  return {
    type: 'view_submission',
    ...by(person),
    trigger_id: workspace.triggers.issue(person.slackUserId, view.id),
    view: viewObject(view),
    response_urls: [],
  };
}

/** reference/interaction-payloads/view-interactions-payload, "view_closed" */
export function closed(person: SandboxPerson, view: View, all: boolean): Json {
  return { type: 'view_closed', ...by(person), view: viewObject(view), is_cleared: all };
}

/** reference/interaction-payloads/block_suggestion-payload */
export function suggestion(person: SandboxPerson, view: View, field: FormField, typed: string): Json {
  return {
    type: 'block_suggestion',
    ...by(person),
    container: { type: 'view', view_id: view.id },
    action_id: field.id,
    block_id: field.blockId,
    value: typed,
    view: viewObject(view),
  };
}
