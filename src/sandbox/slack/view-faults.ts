/** Slack's limits on views (docs.slack.dev/reference/views). */

import { faultsOf } from './blocks.ts';
import { base, type Check, flag, isObject, type Json, optional, plain, text, textObject } from './checks.ts';

const shared: Check = (view, at) => [
  ...optional(view.private_metadata, (value) => text(value, 3000, `${at}/private_metadata`, 0)),
  ...optional(view.callback_id, (value) => text(value, 255, `${at}/callback_id`, 0)),
  ...optional(view.external_id, (value) => text(value, 255, `${at}/external_id`, 0)),
];

const types: Readonly<Record<'modal' | 'home', Check>> = {
  // docs.slack.dev/reference/views/modal-views
  modal: (view, at) => [
    ...textObject(view.title, plain, 24, `${at}/title`),
    ...optional(view.submit, (value) => textObject(value, plain, 24, `${at}/submit`)),
    ...optional(view.close, (value) => textObject(value, plain, 24, `${at}/close`)),
    ...optional(view.clear_on_close, (value) => flag(value, `${at}/clear_on_close`)),
    ...optional(view.notify_on_close, (value) => flag(value, `${at}/notify_on_close`)),
    ...faultsOf(view.blocks, 'modal'),
    ...(view.submit === undefined && hasInput(view.blocks)
      ? [`must define \`submit\` to use an \`input\` block in modals [json-pointer:${at}]`]
      : []),
  ],
  // docs.slack.dev/reference/views/home-tab-views
  home: (view) => faultsOf(view.blocks, 'home'),
};

const hasInput = (blocks: unknown): boolean => Array.isArray(blocks) && blocks.some((b) => isObject(b) && b.type === 'input');

/** What Slack would find wrong with a view of this type (`invalid_arguments`). Empty: nothing. */
export function viewFaults(view: unknown, type: 'modal' | 'home', at = '/view'): string[] {
  if (!isObject(view)) return [`${base} an object [json-pointer:${at}]`];
  if (view.type !== type) return [`unsupported type: ${String(view.type)} [json-pointer:${at}/type]`];
  return [...shared(view, at), ...types[type](view, at)];
}

/** docs.slack.dev/reference/methods/views.open, `view_too_large`: more than 250 kB. */
export function viewTooLarge(view: Json): boolean {
  return Buffer.byteLength(JSON.stringify(view)) > 250_000;
}
