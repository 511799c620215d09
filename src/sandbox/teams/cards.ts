/** What a person sees of an Adaptive Card, as data: every word in reading order, its code, its actions, its inputs. */

import { isObject, type Json, list, word } from './json.ts';
import { marked, plainDates } from './markdown.ts';

/** An action that can be pressed, with what its press gathers. */
export interface Pressable {
  /** Its verb, else its id, else its title. */
  readonly id: string;
  readonly label: string;
  /** `about` in its data, or in that of the first action behind it; empty: nothing. */
  readonly value: string;
  readonly action: Json;
  /** Inputs of its card and of the cards around it, those of neighbours left out (adaptivecards.io, "input-validation"). */
  readonly inputs: readonly Json[];
  /** The action that shows the card in which this one stands; null: it is on the card itself. */
  readonly behind: Json | null;
}

/** Where elements stand within elements. */
const inner: { readonly [type: string]: (element: Json) => readonly Json[] } = {
  AdaptiveCard: (card) => list(card.body),
  Container: (container) => list(container.items),
  ColumnSet: (set) => list(set.columns),
  Column: (column) => list(column.items),
  Table: (table) => list(table.rows),
  TableRow: (row) => list(row.cells),
  TableCell: (cell) => list(cell.items),
};
const isShown = (element: Json): boolean => element.isVisible !== false;
const within = (element: Json): readonly Json[] => (inner[word(element.type)]?.(element) ?? []).filter(isShown);

/** Every element of a card, outermost first, cards that an action shows left out. */
function elements(card: Json): Json[] {
  return within(card).flatMap((element) => [element, ...elements(element)]);
}

export const inputsOf = (card: Json): Json[] => elements(card).filter((element) => word(element.type).startsWith('Input.'));

/** Actions in reading order; behind one that shows a card, that card's. */
export function pressables(card: Json, around: readonly Json[] = [], behind: Json | null = null): Pressable[] {
  const inputs = [...around, ...inputsOf(card)];
  const own = [
    ...elements(card).flatMap((element) => [
      ...(element.type === 'ActionSet' ? list(element.actions) : []),
      ...(isObject(element.selectAction) ? [element.selectAction] : []),
    ]),
    ...list(card.actions),
  ];
  return own.flatMap((action): Pressable[] => {
    const pressable = { ...named(action), action, inputs: action.associatedInputs === 'none' ? [] : inputs, behind };
    if (action.type !== 'Action.ShowCard' || !isObject(action.card)) return [pressable];
    const shown = pressables(action.card, inputs, action);
    return [{ ...pressable, value: shown[0]?.value ?? '' }, ...shown];
  });
}

function named(action: Json): Pick<Pressable, 'id' | 'label' | 'value'> {
  const data = isObject(action.data) ? action.data : {};
  const id = [action.verb, data.verb, action.id, action.title].map(word).find((name) => name !== '') ?? '';
  return { id, label: word(action.title), value: word(data.about) };
}

/** An action by its id, or by its title regardless of case and of the dots that say that more will be asked. */
export function pressableCalled(cards: readonly Json[], name: string, value?: string): Pressable | undefined {
  const wanted = plainLabel(name);
  return cards
    .flatMap((card) => pressables(card))
    .find(
      (p) =>
        (p.id === name || p.action.id === name || plainLabel(p.label) === wanted) && (value === undefined || p.value === value),
    );
}

const plainLabel = (label: string): string => label.toLowerCase().replace(/\s*(…|\.\.\.)$/, '');

/** Every word of a card. */
export function words(card: Json): string {
  return [...within(card).map(elementWords), actionWords(list(card.actions))].filter((text) => text !== '').join('\n');
}

const says: { readonly [type: string]: (element: Json) => string } = {
  TextBlock: (block) => marked(plainDates(word(block.text))),
  RichTextBlock: (block) =>
    runs(block)
      .map((run) => plainDates(word(run.text)))
      .join(''),
  FactSet: (set) =>
    list(set.facts)
      .map((fact) => `${marked(plainDates(word(fact.title)))} ${marked(plainDates(word(fact.value)))}`)
      .join('\n'),
  CodeBlock: (block) => word(block.codeSnippet),
  ActionSet: (set) => actionWords(list(set.actions)),
};

function elementWords(element: Json): string {
  const type = word(element.type);
  if (type.startsWith('Input.')) return [element.label, element.placeholder, element.title].map(word).filter(Boolean).join('\n');
  const own = says[type];
  if (own !== undefined) return own(element);
  return within(element).map(elementWords).filter(Boolean).join('\n');
}

function actionWords(actions: readonly Json[]): string {
  return actions.map((action) => `[${word(action.title)}]`).join(' ');
}

/** Inlines may be plain strings. */
function runs(block: Json): readonly Json[] {
  const { inlines } = block;
  return Array.isArray(inlines) ? inlines.map((run): Json => (isObject(run) ? run : { text: run })) : [];
}

/** What stands in a card to be copied whole: code blocks, and blocks of nothing but monospace. */
export function codeOf(card: Json): string[] {
  return elements(card).flatMap((element) => {
    if (element.type === 'CodeBlock') return [word(element.codeSnippet)];
    if (element.type === 'TextBlock' && isMonospace(element)) return [marked(word(element.text))];
    if (element.type !== 'RichTextBlock') return [];
    const all = runs(element);
    return all.length > 0 && all.every(isMonospace) ? [all.map((run) => word(run.text)).join('')] : [];
  });
}

const isMonospace = (element: Json): boolean => word(element.fontType).toLowerCase() === 'monospace';
