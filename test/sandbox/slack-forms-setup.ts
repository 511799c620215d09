/** Views as the bot would send them, and what the people's side sends back. */

import type { Bench } from './slack-setup.ts';

export interface Sent {
  readonly type: string;
  readonly trigger_id: string;
  readonly view: {
    readonly id: string;
    readonly hash: string;
    readonly private_metadata: string;
    readonly callback_id: string;
    readonly state: { readonly values: object };
  };
  readonly [member: string]: unknown;
}

export const plain = (text: string) => ({ type: 'plain_text', text });

export const input = (id: string, element: object, more: object = {}) => ({
  type: 'input',
  block_id: `${id}_block`,
  label: plain(id.toUpperCase()),
  element: { action_id: id, ...element },
  ...more,
});
export const textField = (id: string, element: object = {}, more: object = {}) =>
  input(id, { type: 'plain_text_input', ...element }, more);
export const choiceField = (id: string, element: object = {}, more: object = {}) =>
  input(id, { type: 'external_select', min_query_length: 0, ...element }, more);

export const button = (id: string, value: string, label = id.toUpperCase()) => ({
  type: 'button',
  action_id: id,
  value,
  text: plain(label),
});
export const says = (text: string) => ({ type: 'section', text: plain(text) });
export const home = (...blocks: object[]) => ({ type: 'home', blocks });
export const modal = (blocks: object[] = [textField('why')], more: object = {}) => ({
  type: 'modal',
  callback_id: 'request',
  private_metadata: 'about',
  title: plain('Ask'),
  submit: plain('Send'),
  blocks,
  ...more,
});

/** What the bot was sent last, or the i-th. */
export const sent = (b: Bench, i = -1): Sent => JSON.parse(b.got.at(i)?.form.get('payload') ?? '{}') as Sent;

/** A trigger that somebody's command gave. */
export async function trigger(b: Bench, as = 'alice'): Promise<string> {
  await b.slack.command(as, '/crdb-access');
  return b.got.at(-1)?.form.get('trigger_id') ?? '';
}

/** Opens a form in front of somebody; gives its id. */
export async function opened(b: Bench, view: object = modal(), as = 'alice'): Promise<string> {
  const answer = await b.api('views.open', { trigger_id: await trigger(b, as), view });
  if (answer.ok !== true) throw new Error(JSON.stringify(answer));
  return (answer.view as { id: string }).id;
}

export const json =
  (body: unknown): Bench['answer'] =>
  (res) =>
    res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
