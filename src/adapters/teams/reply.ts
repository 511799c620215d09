/** Where an answer to somebody goes: text that only this adapter reads. */

import type { Activity } from './activity.ts';

export const platform = 'teams';
/** In their own chat, which all answers go to, people type the bot's words alone. */
export const calledBy = '';

export interface ReplyAddress {
  /** Entra object id. */
  readonly oid: string;
  /** Where they spoke, with the thread. */
  readonly conversation: string;
  /** Whether that is their own chat with the bot. */
  readonly isPersonal: boolean;
  /** The message that a pressed button stood on. */
  readonly message: string | null;
}

export function replyToken({ conversation, replyTo }: Activity, oid: string): string {
  const address: ReplyAddress = {
    oid,
    conversation: conversation.id,
    isPersonal: conversation.kind === 'personal',
    message: replyTo,
  };
  return JSON.stringify(address);
}

/** @throws SyntaxError when the text is not a token of ours */
export function replyAddress(token: string): ReplyAddress {
  const value = JSON.parse(token) as Partial<ReplyAddress> | null;
  if (typeof value?.oid !== 'string' || typeof value.conversation !== 'string')
    throw new SyntaxError('not a reply address of this adapter');
  return {
    oid: value.oid,
    conversation: value.conversation,
    isPersonal: value.isPersonal === true,
    message: value.message ?? null,
  };
}
