/** Block Kit comes as JSON of any shape: what is not as expected reads as empty, never as an error. */

export type Json = Readonly<Record<string, unknown>>;

export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(objectOf) : []);
export const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');
/** The words of a text object (docs.slack.dev/reference/block-kit/composition-objects/text-object). */
export const textOf = (value: unknown): string => wordOf(objectOf(value)['text']);
