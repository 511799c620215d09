/** What can be pressed on a card (learn.microsoft.com, "work-with-universal-actions-for-adaptive-cards"). */

import type { Button } from '../../core/messages/card.ts';
import type { Form } from '../../core/messages/form.ts';
import { denial } from '../../core/messages/forms.ts';
import { cut, oneLine } from '../../core/messages/harmless.ts';
import type { FormId } from '../../core/request/buttons.ts';
import type { Json } from './activity.ts';
import { inputs } from './inputs.ts';
import type { Element } from './runs.ts';

/** The actions that are none of the core's buttons. */
export const verbs = { submit: 'submit', refresh: 'refresh' } as const;

/** Teams shows six actions beside each other (learn.microsoft.com, "cards-actions"), Microsoft's renderer as it comes five: what is more is hidden. */
const mostInRow = 5;
const labelRoom = 75;
const styles = { primary: 'positive', danger: 'destructive' } as const;

/** Forms that stand in a card behind their button, so that nothing has to be opened elsewhere. */
const inPlace: { readonly [F in FormId]?: Pick<Form, 'fields' | 'submit'> } = { deny: denial };

/** An id that nothing else of the card has. */
export type UniqueId = (of: { readonly id: string }) => string;

/** @param ids of what has to have one */
export function actionSets(buttons: readonly Button[], ids: UniqueId): Element[] {
  const actions = buttons.map((button) => actionOf(button, ids));
  const rows = Array.from({ length: Math.ceil(actions.length / mostInRow) }, (_, i) =>
    actions.slice(i * mostInRow, (i + 1) * mostInRow),
  );
  return rows.map((row) => ({ type: 'ActionSet', actions: row }));
}

function actionOf(button: Button, ids: UniqueId): Json {
  const { id, look, about } = button;
  const title = cut(oneLine(button.label), labelRoom) || id;
  const style = look === undefined ? {} : { style: styles[look] };
  const form = id in inPlace ? inPlace[id as FormId] : undefined;
  if (form === undefined) return execute(title, id, { about }, style);
  const card = {
    type: 'AdaptiveCard',
    version: '1.5',
    body: inputs(form.fields, ids),
    actions: [execute(form.submit ?? title, verbs.submit, { form: id, about }, style)],
  };
  return { type: 'Action.ShowCard', id: ids(button), title, card, ...style };
}

/** An Action.Execute, and for clients that know none, an Action.Submit that carries the same. */
export function execute(title: string, verb: string, data: Json, style: Json = {}): Json {
  const carried = { ...data, verb };
  return {
    type: 'Action.Execute',
    title,
    verb,
    data: carried,
    ...style,
    fallback: { type: 'Action.Submit', title, data: carried, ...style },
  };
}

/** Whoever looks at the card gets it as it is then. Teams does so by itself for conversations of up to 60 people. */
export const refresh = (about: string): Json => ({
  action: { type: 'Action.Execute', title: 'Refresh', verb: verbs.refresh, data: { verb: verbs.refresh, about } },
});
