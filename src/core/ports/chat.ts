/** What the core asks of a chat platform. */

import type { Card } from '../messages/card.ts';
import type { Form } from '../messages/form.ts';
import type { Door, Place } from '../request/request.ts';

/** What a platform says of one of its users. */
export interface ChatPerson {
  readonly displayName: string;
  /** Null: none, or not confirmed. */
  readonly mail: string | null;
  /** The person's object id in the home tenant, where the platform vouches for it. Null: it knows none, and the mail address counts. */
  readonly oid: string | null;
  /** Why this user can't be a person of the home workspace; null: a full member. */
  readonly outsider: 'bot' | 'deleted' | 'stranger' | 'guest' | null;
}

/** Where an answer to somebody's command or click goes: seen by that person alone. `token` is the adapter's own and opaque. */
export interface ReplyTo {
  readonly door: Door;
  readonly token: string;
}

/** Marks a message so that it can be found again before it is sent again. */
export interface Tag {
  /** The request, proposal or change of settings that it is about. */
  readonly requestId: string;
  /** `approval`, `outcome:<state>`, `alert:<key>`, `proposal`, `setting_change`: two messages about one thing that may both be sent have different ones. */
  readonly kind: string;
}

export interface Chat {
  readonly platform: string;
  /** What people type there in front of a word of the bot's, as its messages tell them; empty: nothing. */
  readonly calledBy: string;
  whoIs(door: Door): Promise<ChatPerson>;
  /**
   * Posts a card to a channel, or to a person's direct messages with the bot. `mayBeThere`: an earlier attempt may have got
   * through, so the history is searched for the tag first and its place given back instead of posting twice.
   */
  post(to: { readonly channel: string } | { readonly door: Door }, card: Card, tag: Tag, mayBeThere: boolean): Promise<Place>;
  /** Replaces a card where it stands. */
  update(place: Place, card: Card, tag: Tag): Promise<void>;
  /** Answers somebody, visible to that person alone. Finds another way (a private message) when the first is too old. */
  answer(to: ReplyTo, card: Card): Promise<void>;
  /** Opens a form for whoever just typed or pressed. Null: too late for that, platforms give a few seconds. */
  open(to: ReplyTo, form: Form): Promise<OpenForm | null>;
  /** Replaces what this person sees on the bot's own page. */
  home(door: Door, card: Card): Promise<void>;
  /** Whether the bot can post to this channel now. `gone`: it does not exist, or the bot can't see it. */
  reach(channel: string): Promise<'ok' | 'gone' | 'archived' | 'not_in'>;
}

/** A form that stands open before somebody. */
export interface OpenForm {
  /** Shows something else in its place; nothing happens when it was closed meanwhile. */
  change(form: Form): Promise<void>;
}
