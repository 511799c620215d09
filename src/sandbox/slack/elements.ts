/** Slack's limits on what stands in blocks: buttons, inputs, choices. Each names its page below docs.slack.dev/reference/block-kit. */

import { base, type Check, flag, isObject, type Json, list, optional, plain, text, textObject, whole } from './checks.ts';

const actionId = (element: Json, at: string): string[] => optional(element.action_id, (id) => text(id, 255, `${at}/action_id`));

/** block-elements/button-element: text 75, action_id 255, value 2000, style primary or danger. */
export function button(element: unknown, at: string): string[] {
  if (!isObject(element) || element.type !== 'button') return [`unsupported type [json-pointer:${at}]`];
  const { style } = element;
  return [
    ...textObject(element.text, plain, 75, `${at}/text`),
    ...actionId(element, at),
    ...optional(element.value, (value) => text(value, 2000, `${at}/value`)),
    ...(style === undefined || style === 'primary' || style === 'danger'
      ? []
      : [`${base} a valid enum value [json-pointer:${at}/style]`]),
  ];
}

const placeholder = (element: Json, at: string): string[] =>
  optional(element.placeholder, (value) => textObject(value, plain, 150, `${at}/placeholder`));

/** What an input block may hold, of what Slack knows; the rest (dates, files, people) this bot has no use for. */
const inputs: Readonly<Record<string, Check>> = {
  // block-elements/plain-text-input-element: at most 3000 characters.
  plain_text_input: (element, at) => [
    ...actionId(element, at),
    ...placeholder(element, at),
    ...optional(element.initial_value, (value) => text(value, 3000, `${at}/initial_value`, 0)),
    ...optional(element.multiline, (value) => flag(value, `${at}/multiline`)),
    ...optional(element.min_length, (value) => whole(value, 0, 3000, `${at}/min_length`)),
    ...optional(element.max_length, (value) => whole(value, 1, 3000, `${at}/max_length`)),
  ],
  // block-elements/select-menu-element, "external_select"
  external_select: (element, at) => [
    ...actionId(element, at),
    ...placeholder(element, at),
    ...optional(element.min_query_length, (value) => whole(value, 0, Number.MAX_SAFE_INTEGER, `${at}/min_query_length`)),
    ...optional(element.initial_option, (value) => option(value, `${at}/initial_option`)),
  ],
  // block-elements/select-menu-element, "static_select": 100 options; the initial one is one of them.
  static_select: (element, at) => [
    ...actionId(element, at),
    ...placeholder(element, at),
    ...list(element.options, 1, 100, `${at}/options`, option),
    ...optional(element.initial_option, (value) => [
      ...option(value, `${at}/initial_option`),
      ...(Array.isArray(element.options) && element.options.some((o) => isObject(o) && o.value === (value as Json).value)
        ? []
        : [`initial option must be one of the options [json-pointer:${at}/initial_option]`]),
    ]),
  ],
};

export function inputElement(element: unknown, at: string): string[] {
  const check =
    isObject(element) && typeof element.type === 'string' && Object.hasOwn(inputs, element.type)
      ? inputs[element.type]
      : undefined;
  return check === undefined || !isObject(element) ? [`unsupported type [json-pointer:${at}/type]`] : check(element, at);
}

/** composition-objects/option-object: text 75, value 150, description 75. */
export function option(value: unknown, at: string): string[] {
  if (!isObject(value)) return [`${base} an object [json-pointer:${at}]`];
  return [
    ...textObject(value.text, plain, 75, `${at}/text`),
    ...text(value.value, 150, `${at}/value`),
    ...optional(value.description, (description) => textObject(description, plain, 75, `${at}/description`)),
  ];
}
