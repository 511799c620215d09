/** views.open, views.push, views.update, views.publish, with the error codes of their pages. */

import type { Json } from './checks.ts';
import { text, viewContent } from './content.ts';
import { stateOf } from './fields.ts';
import { Refused, refusedFor } from './refused.ts';
import type { View } from './views.ts';
import { botUser, team, type Workspace } from './workspace.ts';

/** docs.slack.dev/reference/methods/views.open. What is wrong with the view is found before the trigger is spent. */
export function viewsOpen(workspace: Workspace, args: Json): Json {
  const sent = viewContent(args.view, 'modal');
  return { view: viewObject(workspace.views.open(workspace.triggers.exchange(triggerIn(args)).user, sent)) };
}

/** docs.slack.dev/reference/methods/views.push */
export function viewsPush(workspace: Workspace, args: Json): Json {
  const sent = viewContent(args.view, 'modal');
  const { user, view } = workspace.triggers.exchange(triggerIn(args));
  return { view: viewObject(workspace.views.push(user, view, sent)) };
}

/** docs.slack.dev/reference/methods/views.update: by id, or by the external id that the bot gave it. */
export function viewsUpdate(workspace: Workspace, args: Json): Json {
  const id = text(args.view_id);
  const external = text(args.external_id);
  if (id === '' && external === '') throw refusedFor('invalid_arguments', ['missing required field: view_id or external_id']);
  const found = workspace.views.find((view) => (id === '' ? view.content.external_id === external : view.id === id));
  if (found === undefined) throw new Refused('not_found');
  return { view: viewObject(workspace.views.update(found, viewContent(args.view, found.type), hashIn(args))) };
}

/** docs.slack.dev/reference/methods/views.publish */
export function viewsPublish(workspace: Workspace, args: Json): Json {
  const user = text(args.user_id);
  if (!workspace.people.some((person) => person.slackUserId === user))
    throw new Refused('invalid_arguments', { response_metadata: { messages: ['invalid `user_id`'] } });
  return { view: viewObject(workspace.views.publish(user, viewContent(args.view, 'home'), hashIn(args))) };
}

function triggerIn(args: Json): string {
  const trigger = text(args.trigger_id);
  if (trigger === '') throw refusedFor('invalid_arguments', ['missing required field: trigger_id']);
  return trigger;
}

const hashIn = (args: Json): string | undefined => (text(args.hash) === '' ? undefined : text(args.hash));

/** docs.slack.dev/reference/interaction-payloads/view-interactions-payload, "view" */
export function viewObject(view: View): Json {
  const { content } = view;
  return {
    id: view.id,
    team_id: team.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: text(content.private_metadata),
    callback_id: text(content.callback_id),
    state: stateOf(view.blocks, view.filled),
    hash: view.hash,
    title: content.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: content.clear_on_close === true,
    notify_on_close: content.notify_on_close === true,
    close: content.close ?? null,
    submit: content.submit ?? null,
    previous_view_id: view.previous,
    root_view_id: view.root,
    app_id: botUser.appId,
    external_id: text(content.external_id),
    app_installed_team_id: team.id,
    bot_id: botUser.botId,
  };
}
