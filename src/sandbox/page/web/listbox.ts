import { h, type JSX } from 'preact';

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly says: string;
}

/** Where the keyboard leads in a list that hangs from a field (w3.org/WAI/ARIA/apg/patterns/combobox). Null: nowhere else. */
export function moved(key: string, active: number, count: number): number | null {
  if (count === 0) return null;
  if (key === 'ArrowDown') return (active + 1) % count;
  if (key === 'ArrowUp') return active <= 0 ? count - 1 : active - 1;
  return null;
}

/** What the field above the list says of it. */
export function comboboxProps(id: string, isOpen: boolean, active: number) {
  return {
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-expanded': isOpen,
    'aria-controls': id,
    'aria-activedescendant': isOpen && active >= 0 ? `${id}-${active}` : undefined,
    autoComplete: 'off',
  } as const;
}

export function Listbox(p: {
  readonly id: string;
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly active: number;
  readonly isOpen: boolean;
  readonly choose: (choice: Choice) => void;
}): JSX.Element {
  return h(
    'ul',
    { id: p.id, role: 'listbox', 'aria-label': p.label, class: 'listbox', hidden: !p.isOpen },
    p.choices.map((choice, i) =>
      h(
        'li',
        {
          key: choice.value,
          id: `${p.id}-${i}`,
          role: 'option',
          'aria-selected': i === p.active,
          ref: (element: HTMLElement | null) => {
            if (i === p.active && p.isOpen) element?.scrollIntoView({ block: 'nearest' });
          },
          // The field keeps the focus: a click elsewhere is what closes the list.
          onMouseDown: (event: MouseEvent) => {
            event.preventDefault();
            p.choose(choice);
          },
        },
        h('span', { class: 'label' }, choice.label),
        choice.says === '' ? null : h('span', { class: 'note' }, choice.says),
      ),
    ),
  );
}
