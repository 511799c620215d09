/**
 * The form that stands open before somebody: one that an action showed on its card, or the message that a button for a form brought, else the
 * newest card with inputs in the personal chat.
 */
import { codeOf, inputsOf, type Pressable, pressables, words } from './cards.ts';
import { type Field, fieldOf } from './inputs.ts';
import { buttonsOf, type InboxItem } from './inbox.ts';
import { isObject, type Json } from './json.ts';
import type { TeamsMessage, TeamsScreen } from './screen.ts';

export interface Opened {
  readonly title: string;
  readonly text: string;
  readonly code: readonly string[];
  readonly buttons: InboxItem['buttons'];
  /** What the action says that sends it; null: there is nothing to send. */
  readonly submit: string | null;
  readonly fields: readonly Pick<Field, 'id' | 'label' | 'type' | 'required' | 'hint' | 'value'>[];
}

/** A form, and where it stands. */
export interface OpenForm {
  readonly message: string;
  /** The action that sends it; null: none. */
  readonly send: Pressable | null;
  /** Changes when it is shown anew. */
  readonly state: string;
  readonly form: Opened;
}

/** What of each person's forms is not open although it stands there, and what is although nothing tells. */
export interface Forms {
  /** @param screen what the person sees */
  open(as: string, screen: TeamsScreen): OpenForm | null;
  /** Somebody pressed an action that shows a card. */
  shown(as: string, message: string, action: Pressable): void;
  /** A button that opens a form brought this message: one that has nothing to fill in looks like any other. */
  brought(as: string, message: string): void;
  /** It was sent, or left: until the bot shows another one in its place. */
  closed(as: string, form: OpenForm): void;
}

export function openForms(): Forms {
  const shown = new Map<string, { readonly message: string; readonly action: Pressable | null }>();
  const done = new Map<string, Set<string>>();
  return {
    open(as, screen) {
      const closed = done.get(as) ?? new Set<string>();
      const behind = shown.get(as);
      const message = screen.messages.find(({ id }) => id === behind?.message);
      if (message !== undefined && behind?.action) {
        const form = behindAction(message, behind.action);
        if (form !== null) return form;
      }
      const personal = screen.channels.find(({ kind }) => kind === 'personal')?.id;
      const forms = screen.messages
        .filter(({ channel }) => channel === personal)
        .flatMap((one) => (one === message && behind?.action === null ? whole(one) : inMessage(one)) ?? []);
      const newest = forms.at(-1);
      // The card has changed meanwhile, or another form came after it.
      if (newest?.message !== behind?.message) shown.delete(as);
      return newest === undefined || closed.has(newest.state) ? null : newest;
    },
    shown: (as, message, action) => void shown.set(as, { message, action }),
    brought: (as, message) => void shown.set(as, { message, action: null }),
    closed(as, form) {
      shown.delete(as);
      done.set(as, (done.get(as) ?? new Set<string>()).add(form.state));
    },
  };
}

function behindAction(message: TeamsMessage, { id, label, value }: Pressable): OpenForm | null {
  const all = message.cards.flatMap((card) => pressables(card));
  const action = all.find((p) => p.action.type === 'Action.ShowCard' && p.id === id && p.label === label && p.value === value);
  return action === undefined || !isObject(action.action.card) ? null : formOf(message, action.action.card, action.label);
}

function inMessage(message: TeamsMessage): OpenForm | null {
  const card = message.cards.find((one) => inputsOf(one).length > 0);
  return card === undefined ? null : formOf(message, card, titleOf(card));
}

function whole(message: TeamsMessage): OpenForm | null {
  const [card] = message.cards;
  return card === undefined ? null : formOf(message, card, titleOf(card));
}

const titleOf = (card: Json): string => words(card).split('\n')[0] ?? '';

function formOf({ id, cards }: TeamsMessage, card: Json, title: string): OpenForm {
  const actions = pressables(card);
  const send = actions.find(({ behind, action }) => behind === null && action.type !== 'Action.ShowCard') ?? null;
  const fields = inputsOf(card)
    .map(fieldOf)
    .map(({ id: field, label, type, required, hint, value }) => ({ id: field, label, type, required, hint, value }));
  return {
    message: id,
    send,
    state: JSON.stringify([id, title, cards]),
    form: {
      title,
      text: words(withoutInputs(card)),
      code: codeOf(card),
      buttons: buttonsOf(actions),
      submit: send?.label ?? null,
      fields,
    },
  };
}

/** Fields are told apart from the words; those that stand within columns are left where they are. */
function withoutInputs(card: Json): Json {
  const { body, actions: _, ...rest } = card;
  return {
    ...rest,
    body: Array.isArray(body) ? body.filter((one) => !(isObject(one) && String(one.type).startsWith('Input.'))) : [],
  };
}
