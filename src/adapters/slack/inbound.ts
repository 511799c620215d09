/** What Slack sends, in the core's words. */

import type { BlockAction, SlashCommand } from '@slack/bolt';
import type { PressedButton, TypedCommand } from '../../core/ports.ts';
import { type ButtonId, buttonIds } from '../../core/request/buttons.ts';
import type { Door } from '../../core/request/request.ts';

export const platform = 'slack';
export const commandName = '/crdb-access';

/** Where an answer goes. Travels through the core as an opaque text. */
export interface ReplyAddress {
  readonly responseUrl: string | null;
  readonly channel: string | null;
  readonly user: string;
}

/** A typed command. Null: not one of ours. */
export function typedCommand(body: SlashCommand): TypedCommand | null {
  if (body.command !== commandName) return null;
  return {
    kind: 'command',
    key: `slack:command:${body.trigger_id}`,
    door: commandDoor(body),
    reply: replyToken({ responseUrl: body.response_url, channel: body.channel_id, user: body.user_id }),
    text: body.text ?? '',
  };
}

function commandDoor(body: SlashCommand): Door {
  return { platform, team: body.team_id, user: body.user_id };
}

/** A pressed button of a card. Null: something else was pressed, or not on a message. */
export function pressedButton(body: BlockAction): PressedButton | null {
  const action = body.actions[0];
  const button = buttonId(action?.action_id);
  if (action?.type !== 'button' || button === null || !action.value) return null;
  const { channel_id: channel, message_ts: message } = body.container;
  if (typeof channel !== 'string' || typeof message !== 'string') return null;
  return {
    kind: 'press',
    key: `slack:press:${body.trigger_id}`,
    door: pressDoor(body),
    reply: pressReply(body),
    button,
    about: action.value,
    place: { platform, channel, message },
  };
}

/** Who pressed: of their own workspace, which differs from the message's in a shared channel (docs.slack.dev/apis/slack-connect). */
export function pressDoor(body: BlockAction): Door {
  return { platform, team: body.user.team_id ?? body.team?.id ?? '', user: body.user.id };
}

export function pressReply(body: BlockAction): string {
  const channel: unknown = body.container.channel_id ?? body.channel?.id;
  return replyToken({
    responseUrl: body.response_url || null,
    channel: typeof channel === 'string' ? channel : null,
    user: body.user.id,
  });
}

function replyToken(address: ReplyAddress): string {
  return JSON.stringify(address);
}

/** @throws SyntaxError when the text is not a token of ours */
export function replyAddress(token: string): ReplyAddress {
  const value = JSON.parse(token) as Partial<ReplyAddress> | null;
  if (typeof value?.user !== 'string') throw new SyntaxError('not a reply address of this adapter');
  return { responseUrl: value.responseUrl ?? null, channel: value.channel ?? null, user: value.user };
}

function buttonId(actionId: string | undefined): ButtonId | null {
  return buttonIds.find((id) => id === actionId) ?? null;
}
