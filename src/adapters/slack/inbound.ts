/** What Slack sends, in the core's words. */

import type { BlockAction, BlockSuggestion, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import { wordsOf } from '../../core/command/grammar.ts';
import type { OpenedHome, PressedButton, SubmittedForm, TypedCommand } from '../../core/ports.ts';
import { type ButtonId, buttonIds, formIds } from '../../core/request/buttons.ts';
import type { Door } from '../../core/request/request.ts';
import { carried, platform, type ReplyAddress, replyToken } from './reply.ts';

/** A typed command, in the bot's words whichever of its names was typed. Null: not one of ours. */
export function typedCommand(body: SlashCommand): TypedCommand | null {
  const text = wordsOf(body.command, body.text ?? '');
  if (text === null) return null;
  return {
    kind: 'command',
    key: `slack:command:${body.trigger_id}`,
    door: { platform, team: body.team_id, user: body.user_id },
    reply: replyToken({
      ...nowhere(body.user_id),
      responseUrl: body.response_url,
      channel: body.channel_id,
      trigger: body.trigger_id,
    }),
    text,
  };
}

/** A pressed button of a card, a form or the App Home. Null: something else was pressed. */
export function pressedButton(body: BlockAction): PressedButton | null {
  const action = body.actions[0];
  const button = buttonId(action?.action_id);
  if (action?.type !== 'button' || button === null) return null;
  const at = pressedAt(body);
  const inView = body.container.type === 'view' || body.view !== undefined;
  if (!inView && (at.channel === null || at.message === null)) return null;
  return {
    kind: 'press',
    key: `slack:press:${body.trigger_id}`,
    door: door(body),
    reply: pressReply(body),
    button,
    about: action.value ?? '',
    place: at.channel === null || at.message === null ? null : { platform, channel: at.channel, message: at.message },
  };
}

/** The message that a pressed button stood on. */
function pressedAt(body: BlockAction): { readonly channel: string | null; readonly message: string | null } {
  const { channel_id: channel, message_ts: message } = body.container as { channel_id?: unknown; message_ts?: unknown };
  return {
    channel: typeof channel === 'string' ? channel : (body.channel?.id ?? null),
    message: typeof message === 'string' ? message : null,
  };
}

export function pressReply(body: BlockAction): string {
  return replyToken({
    ...nowhere(body.user.id),
    ...pressedAt(body),
    responseUrl: body.response_url || null,
    trigger: body.trigger_id,
    inForm: body.view?.type === 'modal',
  });
}

/**
 * A form that was filled in and sent. Null: none of ours. A form is sent once, whatever becomes of its delivery: its key is the view's
 * own id, so that what is sent again because the first answer came too late has one effect.
 */
export function submittedForm(body: ViewSubmitAction): SubmittedForm | null {
  const { view } = body;
  const form = formIds.find((id) => id === view.callback_id);
  const with_ = carried(view.private_metadata);
  if (form === undefined || with_ === null) return null;
  return {
    kind: 'submit',
    key: `slack:submit:${view.id}`,
    door: door(body),
    reply: replyToken({ ...with_.reply, user: body.user.id, trigger: body.trigger_id ?? null, inForm: false }),
    form,
    about: with_.about,
    place: with_.place,
    values: valuesOf(view.state.values),
  };
}

/** docs.slack.dev/reference/views, "state.values": by block, then by action. What was left empty is null. */
function valuesOf(state: unknown): Readonly<Record<string, string>> {
  const fields = Object.values((state ?? {}) as Record<string, unknown>).flatMap((block) =>
    Object.entries((block ?? {}) as Record<string, { value?: unknown; selected_option?: { value?: unknown } | null } | null>),
  );
  return Object.fromEntries(
    fields.flatMap(([id, element]) => {
      const value = element?.selected_option?.value ?? element?.value;
      return typeof value === 'string' && value !== '' ? [[id, value]] : [];
    }),
  );
}

/** docs.slack.dev/reference/events/app_home_opened: the page itself, not the messages beside it. */
export interface HomeEvent {
  readonly eventId: string;
  readonly team: string;
  readonly user: string;
}

export function openedHome({ eventId, team, user }: HomeEvent): OpenedHome {
  return {
    kind: 'home',
    key: `slack:home:${eventId}`,
    door: { platform, team, user },
    reply: replyToken(nowhere(user)),
  };
}

/** What somebody types into a choice. */
export function question(body: BlockSuggestion): { readonly door: Door; readonly field: string; readonly typed: string } {
  return { door: door(body), field: body.action_id, typed: body.value };
}

/** Whose interaction it is: of their own workspace, which differs from the message's in a shared channel (docs.slack.dev/apis/slack-connect). */
export function door(body: { user: { id: string; team_id?: string }; team: { id: string } | null }): Door {
  return { platform, team: body.user.team_id ?? body.team?.id ?? '', user: body.user.id };
}

const nowhere = (user: string): ReplyAddress => ({
  responseUrl: null,
  channel: null,
  user,
  trigger: null,
  message: null,
  inForm: false,
});

function buttonId(actionId: string | undefined): ButtonId | null {
  return buttonIds.find((id) => id === actionId) ?? null;
}
