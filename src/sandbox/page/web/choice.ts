import { h, type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Choice, comboboxProps, Listbox, moved } from './listbox.ts';

const pauseMs = 120;

/** One of many, found by typing: the bot offers, while the person types. */
export function Typeahead(p: {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  /** Asks the bot. Throws with words for people. */
  readonly ask: (typed: string) => Promise<readonly Choice[]>;
  /** How much has to be typed before it is asked. */
  readonly least: number;
  readonly typed: string;
  readonly described: Readonly<Record<string, string | boolean | undefined>>;
  /** Text that was typed, or what was chosen. */
  readonly set: (typed: string, value: string) => void;
}): JSX.Element {
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [said, setSaid] = useState('');
  const ask = useRef(p.ask);
  ask.current = p.ask;
  const listId = `${p.id}-list`;

  useEffect(() => {
    if (!isOpen || p.typed.length < p.least) return;
    let isOver = false;
    const timer = setTimeout(() => {
      ask.current(p.typed).then(
        (found) => {
          if (isOver) return;
          setChoices(found);
          setActive(found.length > 0 ? 0 : -1);
          setSaid(found.length === 0 ? 'Nothing that you may ask for fits.' : `${found.length} to choose from.`);
        },
        (error: unknown) => {
          if (!isOver) setSaid(error instanceof Error ? error.message : String(error));
        },
      );
    }, pauseMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isOpen, p.typed, p.least]);

  function choose(choice: Choice): void {
    p.set(choice.label, choice.value);
    setOpen(false);
    setSaid(`${choice.label} chosen.`);
  }

  function press(event: KeyboardEvent): void {
    const next = moved(event.key, active, choices.length);
    const chosen = choices[active];
    if (next !== null && isOpen) setActive(next);
    else if (next !== null) setOpen(true);
    else if (event.key === 'Escape' && isOpen) setOpen(false);
    else if (event.key === 'Enter' && isOpen && chosen !== undefined) choose(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return h(
    'div',
    { class: 'typeahead' },
    h('input', {
      id: p.id,
      type: 'text',
      ...comboboxProps(listId, isOpen && choices.length > 0, active),
      ...p.described,
      placeholder: p.placeholder,
      spellcheck: false,
      value: p.typed,
      onFocus: () => setOpen(true),
      onClick: () => setOpen(true),
      onBlur: () => setOpen(false),
      onInput: (event: Event) => {
        p.set((event.currentTarget as HTMLInputElement).value, '');
        setOpen(true);
      },
      onKeyDown: press,
    }),
    h(Listbox, { id: listId, label: p.label, choices, active, isOpen: isOpen && choices.length > 0, choose }),
    h('p', { class: 'note', role: 'status' }, said),
  );
}
