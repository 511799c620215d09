/** What Teams finds wrong with an Adaptive Card, as far as it refuses to show it (adaptivecards.io/explorer; learn.microsoft.com, "cards-reference"). */
import { isObject, type Json } from './json.ts';

/** Teams shows cards of up to this version; what is newer is sent with a fallback text instead. */
const newest = 1.5;

const elementTypes = new Set([
  'TextBlock',
  'RichTextBlock',
  'FactSet',
  'Container',
  'ColumnSet',
  'Column',
  'Table',
  'TableRow',
  'TableCell',
  'ActionSet',
  'CodeBlock',
  'Image',
  'Input.Text',
  'Input.ChoiceSet',
  'Input.Toggle',
]);
const actionTypes = new Set(['Action.Execute', 'Action.Submit', 'Action.ShowCard', 'Action.OpenUrl', 'Action.ToggleVisibility']);

/** What each type can't do without. */
const needs: { readonly [type: string]: readonly string[] } = {
  TextBlock: ['text'],
  RichTextBlock: ['inlines'],
  FactSet: ['facts'],
  Container: ['items'],
  ActionSet: ['actions'],
  CodeBlock: ['codeSnippet'],
  Image: ['url'],
  'Input.Text': ['id'],
  'Input.ChoiceSet': ['id'],
  'Input.Toggle': ['id', 'title'],
  'Action.ShowCard': ['card'],
  'Action.OpenUrl': ['url'],
};

/** Where a card's parts stand, and what they are. */
const parts: readonly { readonly property: string; readonly of: 'element' | 'action' | 'either' }[] = [
  { property: 'body', of: 'element' },
  { property: 'items', of: 'element' },
  { property: 'columns', of: 'element' },
  { property: 'rows', of: 'element' },
  { property: 'cells', of: 'element' },
  { property: 'actions', of: 'action' },
];

/** @returns empty: nothing is wrong */
export function cardFaults(card: unknown, at: string): string[] {
  if (!isObject(card)) return [`${at}: must be an object`];
  const faults: string[] = [];
  if (card.type !== 'AdaptiveCard') faults.push(`${at}/type: must be "AdaptiveCard"`);
  if (typeof card.version !== 'string' || !/^\d+\.\d+$/.test(card.version)) faults.push(`${at}/version: must be like "1.5"`);
  else if (Number(card.version) > newest) faults.push(`${at}/version: "${card.version}" is newer than ${newest}`);
  const ids = new Set<string>();
  faults.push(...within(card, at, ids));
  const { refresh } = card;
  if (refresh !== undefined) faults.push(...refreshFaults(refresh, `${at}/refresh`));
  return faults;
}

function within(element: Json, at: string, ids: Set<string>): string[] {
  return parts.flatMap(({ property, of }) => {
    const value = element[property];
    if (value === undefined) return [];
    if (!Array.isArray(value)) return [`${at}/${property}: must be an array`];
    return value.flatMap((part: unknown, i) => partFaults(part, of, `${at}/${property}/${i}`, property, ids));
  });
}

/** Columns, rows and cells may leave their type out. */
const untyped = new Set(['columns', 'rows', 'cells']);

function partFaults(
  part: unknown,
  of: 'element' | 'action' | 'either',
  at: string,
  property: string,
  ids: Set<string>,
): string[] {
  if (!isObject(part)) return [`${at}: must be an object`];
  const type = part.type ?? (untyped.has(property) ? 'Column' : undefined);
  const known = of === 'action' ? actionTypes : elementTypes;
  if (typeof type !== 'string' || !known.has(type)) return [`${at}/type: unknown ${JSON.stringify(type)}`];
  const faults = (needs[type] ?? []).filter((name) => part[name] === undefined).map((name) => `${at}/${name}: is missing`);
  if (type.startsWith('Input.')) {
    const id = String(part.id);
    if (ids.has(id)) faults.push(`${at}/id: "${id}" stands twice`);
    ids.add(id);
  }
  if (type === 'Action.ShowCard' && isObject(part.card)) faults.push(...within(part.card, `${at}/card`, ids));
  if (isObject(part.selectAction))
    faults.push(...partFaults(part.selectAction, 'action', `${at}/selectAction`, 'selectAction', ids));
  return [...faults, ...within(part, at, ids)];
}

/** learn.microsoft.com, "work-with-universal-actions-for-adaptive-cards": an `Action.Execute`, and at most 60 people. */
function refreshFaults(refresh: unknown, at: string): string[] {
  if (!isObject(refresh)) return [`${at}: must be an object`];
  const faults: string[] = [];
  if (!isObject(refresh.action) || refresh.action.type !== 'Action.Execute')
    faults.push(`${at}/action: must be an Action.Execute`);
  const { userIds } = refresh;
  if (userIds !== undefined && (!Array.isArray(userIds) || userIds.some((id) => typeof id !== 'string')))
    faults.push(`${at}/userIds: must be a list of strings`);
  else if (Array.isArray(userIds) && userIds.length > 60) faults.push(`${at}/userIds: at most 60`);
  return faults;
}
