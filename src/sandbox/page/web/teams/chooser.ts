import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Typeahead } from '../choice.ts';
import type { Choice } from '../listbox.ts';

/** A field of a card that keeps by itself what was typed and chosen. */
export function Chooser(p: {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly first: string;
  readonly ask: (typed: string) => Promise<readonly Choice[]>;
  /** Empty: nothing is chosen. */
  readonly set: (value: string) => void;
}): JSX.Element {
  const [typed, setTyped] = useState(p.first);
  return h(Typeahead, {
    id: p.id,
    label: p.label,
    placeholder: p.placeholder,
    least: 0,
    typed,
    described: {},
    ask: p.ask,
    set: (text, value) => {
      setTyped(text);
      p.set(value);
    },
  });
}
