import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Offered } from '../feed.ts';
import { post } from './call.ts';
import { SendIcon } from './icons.ts';
import { comboboxProps, Listbox, moved } from './listbox.ts';

export const composerId = 'composer';
const listId = 'commands';

/** Where a person types: messages, and after a slash the commands. */
export function Composer(p: {
  readonly as: string;
  readonly name: string;
  readonly channel: string;
  readonly where: string;
  readonly commands: readonly Offered[];
  readonly draft: string;
  readonly setDraft: (draft: string) => void;
}): JSX.Element {
  const { draft, setDraft } = p;
  const [moves, setMoves] = useState<number | null>(null);
  const [isDismissed, setDismissed] = useState(false);
  const [said, setSaid] = useState('');

  const choices = offered(p.commands, draft);
  const isOpen = choices.length > 0 && !isDismissed;
  // Of a command that is not yet there the first is chosen; one that could be sent as it is, Enter sends.
  const active = isOpen ? (moves ?? (draft.includes(' ') || isName(p.commands, draft) ? -1 : 0)) : -1;

  function type(text: string): void {
    setDraft(text);
    setMoves(null);
    setDismissed(false);
    setSaid('');
  }

  async function send(): Promise<void> {
    const text = draft.trim();
    if (text === '') return;
    type('');
    const call = text.startsWith('/') ? 'command' : 'say';
    const { ok, error } = await post(call, { as: p.as, channel: p.channel, text });
    if (!ok && error !== 'not_a_command') setSaid(`The bot did not take it: ${error ?? 'it answered an error'}.`);
  }

  function press(event: KeyboardEvent): void {
    const next = isOpen ? moved(event.key, active, choices.length) : null;
    const chosen = choices[active];
    if (next !== null) setMoves(next);
    else if (event.key === 'Escape' && isOpen) setDismissed(true);
    else if (event.key === 'Enter' && !event.isComposing) {
      if (chosen === undefined) void send();
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
        id: composerId,
        type: 'text',
        ...comboboxProps(listId, isOpen, active),
        'aria-label': `Write as ${p.name} in ${p.where}`,
        placeholder: `Write as ${p.name}, or type / for commands`,
        spellcheck: false,
        value: draft,
        onInput: (event: Event) => type((event.currentTarget as HTMLInputElement).value),
        onKeyDown: press,
        onBlur: () => setDismissed(true),
        onFocus: () => setDismissed(false),
      }),
      h('button', { type: 'button', class: 'send', 'aria-label': 'Send', onClick: () => void send() }, h(SendIcon, null)),
    ),
  );
}

const isName = (commands: readonly Offered[], draft: string): boolean =>
  commands.some(({ usage }) => usage.split(' ', 1)[0] === draft.trim());

function offered(commands: readonly Offered[], draft: string) {
  if (!draft.startsWith('/')) return [];
  const typed = draft.toLowerCase();
  return commands
    .filter((command) => command.typed.startsWith(typed) && command.typed.trim() !== typed.trim())
    .map(({ typed: value, usage: label, says }) => ({ value, label, says }));
}
