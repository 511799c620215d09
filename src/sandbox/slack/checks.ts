/** Checks that blocks, their elements and views share. Each gives what Slack would find wrong; nothing: empty. */

export type Json = Readonly<Record<string, unknown>>;
export type Check = (value: Json, at: string) => string[];

export const base = 'must be';
export const both = ['plain_text', 'mrkdwn'];
export const plain = ['plain_text'];

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** docs.slack.dev/reference/block-kit/composition-objects/text-object: 1 to 3000 characters, less where the block says so. */
export function textObject(value: unknown, types: readonly string[], most: number, at: string): string[] {
  if (!isObject(value)) return [`missing required field: text [json-pointer:${at}]`];
  if (!types.includes(String(value.type))) return [`unsupported type: ${String(value.type)} [json-pointer:${at}/type]`];
  if (value.emoji !== undefined && value.type !== 'plain_text') return [`no more than 0 properties [json-pointer:${at}/emoji]`];
  return text(value.text, most, `${at}/text`);
}

export function text(value: unknown, most: number, at: string, least = 1): string[] {
  if (typeof value !== 'string') return [`${base} a string [json-pointer:${at}]`];
  if (value.length < least) return [`${base} more than ${least - 1} characters [json-pointer:${at}]`];
  return value.length > most ? [`${base} less than ${most + 1} characters [json-pointer:${at}]`] : [];
}

export function whole(value: unknown, least: number, most: number, at: string): string[] {
  if (!Number.isInteger(value)) return [`${base} an integer [json-pointer:${at}]`];
  if (Number(value) < least) return [`${base} greater than ${least - 1} [json-pointer:${at}]`];
  return Number(value) > most ? [`${base} less than ${most + 1} [json-pointer:${at}]`] : [];
}

export function list(
  value: unknown,
  least: number,
  most: number,
  at: string,
  each: (item: unknown, at: string) => string[],
): string[] {
  if (!Array.isArray(value)) return [`${base} an array [json-pointer:${at}]`];
  if (value.length < least) return [`no fewer than ${least} items allowed [json-pointer:${at}]`];
  if (value.length > most) return [`no more than ${most} items allowed [json-pointer:${at}]`];
  return value.flatMap((item, i) => each(item, `${at}/${i}`));
}

/** What may be left out is checked only where it is there. */
export function optional(value: unknown, check: (value: unknown) => string[]): string[] {
  return value === undefined ? [] : check(value);
}

export const flag = (value: unknown, at: string): string[] =>
  typeof value === 'boolean' ? [] : [`${base} a boolean [json-pointer:${at}]`];

/** Ids that stand more than once. */
export function repeated(values: readonly unknown[]): boolean {
  const known = values.filter((value) => value !== undefined);
  return new Set(known).size < known.length;
}
