/** What people typed and pressed: durable before it is acknowledged. */

import type { Card } from '../messages/card.ts';
import type { Option } from '../messages/form.ts';
import type { ButtonId, FormId } from '../request/buttons.ts';
import type { Door, Place } from '../request/request.ts';

interface Incoming {
  /** The platform's own unique key of this interaction; a second delivery has the same. */
  readonly key: string;
  readonly door: Door;
  readonly reply: string;
}
export interface TypedCommand extends Incoming {
  readonly kind: 'command';
  /** What was typed after the command's name. */
  readonly text: string;
}
export interface PressedButton extends Incoming {
  readonly kind: 'press';
  readonly button: ButtonId;
  /** As the button carried it: not to be believed before it is compared with the stored place. */
  readonly about: string;
  /** The message it stood on. Null: a page that is this person's own and that only the bot writes. */
  readonly place: Place | null;
}
export interface SubmittedForm extends Incoming {
  readonly kind: 'submit';
  readonly form: FormId;
  /** As the form carried it. */
  readonly about: string;
  /** Where the button stood that opened the form; null: no button, or on a page of the person's own. */
  readonly place: Place | null;
  /** What was filled in, by the field's id; a field left empty is missing. */
  readonly values: Readonly<Record<string, string>>;
}
/** Somebody looks at the bot's own page. */
export interface OpenedHome extends Incoming {
  readonly kind: 'home';
}
export type Interaction = TypedCommand | PressedButton | SubmittedForm | OpenedHome;
export type StoredInteraction = Interaction & { readonly id: string; readonly receivedAt: Date; readonly attempts: number };

/** Resolves once an interaction is durable. */
export type Receive = (interaction: Interaction) => Promise<void>;

/** `slow`: it may be recorded still. */
export type Recorded = 'kept' | 'failed' | 'slow';
/** What an adapter hands its interactions to. Answers in time; what was kept, and only that, is acknowledged. */
export type Recorder = (interaction: Interaction) => Promise<Recorded>;

/**
 * What a `choice` field offers to this person for what was typed so far, best first. Answered while the person types (within
 * three seconds), so it is not recorded; what is chosen is checked anew when the form is sent.
 */
export type Suggest = (door: Door, field: string, typed: string) => Promise<readonly Option[]>;

/**
 * The card of a request or proposal as it stands now, for whoever looks at the posted one where the platform asks for it at every look:
 * the same for everybody. Null: no card of that id stands at that place. Not recorded, since nothing is done.
 */
export type Present = (door: Door, about: string, place: Place) => Promise<Card | null>;
