import { type Action, ExecuteAction, type HostConfig, ShowCardAction, SubmitAction, type ValidationResults } from 'adaptivecards';
import { h, type JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../call.ts';
import { type Json, objectOf, wordOf } from '../json.ts';
import type { Choice } from '../listbox.ts';
import { PersonsCard, reading } from './elements.ts';
import { looks } from './looks.ts';

/** What a press is for may take longer to come, and is then in another message. */
const mostBusyMs = 1500;

/** What a press gives to the bot. */
export interface Pressed {
  /** The action's verb, id or title. */
  readonly button: string;
  /** `about` in its data, which tells buttons of one name apart. */
  readonly value: string;
  /** What was filled in, by the input's id; null: there is nothing to fill in. */
  readonly input: Readonly<Record<string, string>> | null;
}

/** An Adaptive Card as Microsoft's own renderer draws it; what the renderer finds wrong with it is said above it. */
export function Card(p: {
  readonly id: string;
  readonly card: Json;
  readonly press: (pressed: Pressed) => Promise<Outcome>;
  readonly suggest: (input: string, typed: string) => Promise<readonly Choice[]>;
}): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const now = useRef(p);
  now.current = p;
  const [faults, setFaults] = useState<readonly string[]>([]);
  const [said, setSaid] = useState('');
  const source = JSON.stringify(p.card);

  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    const hadFocus = element.contains(document.activeElement);
    const { card, rendered, found } = drawn(p.card, p.id);
    card.suggest = (input, typed) => now.current.suggest(input, typed);
    card.onExecuteAction = (action) => {
      const button = action.renderedElement;
      if (button?.getAttribute('aria-busy') === 'true') return;
      const pressed = pressedBy(action);
      if (pressed === null) return;
      const ready = (): void => button?.removeAttribute('aria-busy');
      button?.setAttribute('aria-busy', 'true');
      setTimeout(ready, mostBusyMs);
      setSaid('');
      void now.current.press(pressed).then(({ ok, error }) => {
        ready();
        if (!ok) setSaid(`The bot did not take it: ${error ?? 'it answered an error'}.`);
      });
    };
    card.onInlineCardExpanded = (action, isExpanded) => {
      if (isExpanded && action instanceof ShowCardAction) action.card.getAllInputs()[0]?.focus();
    };
    element.replaceChildren(...(rendered === undefined ? [] : [rendered]));
    setFaults(found);
    // Whoever pressed a button that is gone now goes on from the card that took its place.
    if (hadFocus) element.focus();
    return () => card.leave();
  }, [source]);

  return h(
    'div',
    { class: 'card' },
    faults.map((fault) => h('p', { key: fault, class: 'warning' }, `Microsoft’s renderer finds: ${fault}`)),
    h('div', { class: 'drawn', ref: host, tabIndex: -1 }),
    h('p', { class: 'warning', role: 'status', hidden: said === '' }, said),
  );
}

function drawn(
  source: Json,
  id: string,
): { readonly card: PersonsCard; readonly rendered: HTMLElement | undefined; readonly found: readonly string[] } {
  const card = new PersonsCard();
  card.hostConfig = looks satisfies HostConfig;
  const context = reading();
  card.parse(source, context);
  card.id = id;
  const events = Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i).message);
  const results: ValidationResults = card.validateProperties();
  const failures = results.validationEvents.map(({ message }) => message);
  return { card, rendered: card.render(), found: [...new Set([...events, ...failures])] };
}

/** Null: an action that is no message to the bot. */
function pressedBy(action: Action): Pressed | null {
  if (!(action instanceof ExecuteAction || action instanceof SubmitAction)) return null;
  const data = objectOf(action.data);
  const verb = action instanceof ExecuteAction ? wordOf(action.verb) : '';
  const button = verb || wordOf(data['verb']) || wordOf(action.id) || wordOf(action.title);
  const inputs = Object.values(action.getReferencedInputs() ?? {});
  const filled = inputs.filter((input) => input.isSet()).map((input) => [input.id ?? '', String(input.value)] as const);
  return { button, value: wordOf(data['about']), input: inputs.length === 0 ? null : Object.fromEntries(filled) };
}
