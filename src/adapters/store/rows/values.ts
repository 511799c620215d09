/** What is written into rows. */

/**
 * Text that both databases store: without NUL (PostgreSQL docs 8.3 and 8.14: not allowed in text, nor as \u0000 in jsonb) and
 * without lone surrogates (not UTF-8). People can paste both into a chat.
 */
export const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD');

/** A value as JSON that both databases store. */
export const json = (value: unknown): string => JSON.stringify(value, (_, v) => (typeof v === 'string' ? storable(v) : v));

export const jsonOrNull = (value: unknown): string | null => (value === null ? null : json(value));
