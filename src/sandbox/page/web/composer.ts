import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Outcome } from './call.ts';
import { SendIcon } from './icons.ts';
import { comboboxProps, Listbox, moved } from './listbox.ts';
import type { Offers } from './offers.ts';

/** Gives the keyboard to the first composer of the page, or to the one beside an element. */
export function toComposer(beside: Element | null = null): void {
  const conversation = beside?.closest('.conversation') ?? document;
  conversation.querySelector<HTMLElement>('.composer input')?.focus();
}

/** Where a person types: messages, and commands that are offered as they type. */
export function Composer(p: {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly offered: (draft: string) => Offers;
  readonly draft: string;
  readonly type: (text: string) => void;
  readonly send: (text: string) => Promise<Outcome>;
}): JSX.Element {
  const { draft } = p;
  const listId = `${p.id}-commands`;
  const [moves, setMoves] = useState<number | null>(null);
  const [isDismissed, setDismissed] = useState(false);
  const [said, setSaid] = useState('');

  const { choices, isFirstTaken } = p.offered(draft);
  const isOpen = choices.length > 0 && !isDismissed;
  const active = isOpen ? (moves ?? (isFirstTaken ? 0 : -1)) : -1;

  function type(text: string): void {
    p.type(text);
    setMoves(null);
    setDismissed(false);
    setSaid('');
  }

  async function send(typed: string): Promise<void> {
    const text = typed.trim();
    if (text === '') return;
    type('');
    const { ok, error } = await p.send(text);
    if (!ok) setSaid(`The bot did not take it: ${error ?? 'it answered an error'}.`);
  }

  function press(event: KeyboardEvent): void {
    const next = isOpen ? moved(event.key, active, choices.length) : null;
    const chosen = choices[active];
    if (next !== null) setMoves(next);
    else if (event.key === 'Escape' && isOpen) setDismissed(true);
    else if (event.key === 'Enter' && !event.isComposing) {
      // What stands there at this moment: the last letters may not have been drawn yet.
      if (chosen === undefined) void send((event.currentTarget as HTMLInputElement).value);
      else type(chosen.value);
    } else if (event.key === 'Tab' && chosen !== undefined && !event.shiftKey) type(chosen.value);
    else return;
    event.preventDefault();
  }

  return h(
    'div',
    { class: 'composer' },
    h(Listbox, { id: listId, label: 'Commands', choices, active, isOpen, choose: (choice) => type(choice.value) }),
    h('p', { class: 'warning', role: 'status', hidden: said === '' }, said),
    h(
      'div',
      { class: 'line' },
      h('input', {
        id: p.id,
        type: 'text',
        ...comboboxProps(listId, isOpen, active),
        'aria-label': p.label,
        placeholder: p.hint,
        spellcheck: false,
        value: draft,
        onInput: (event: Event) => type((event.currentTarget as HTMLInputElement).value),
        onKeyDown: press,
        onBlur: () => setDismissed(true),
        onFocus: () => setDismissed(false),
      }),
      h('button', { type: 'button', class: 'send', 'aria-label': 'Send', onClick: () => void send(draft) }, h(SendIcon, null)),
    ),
  );
}
