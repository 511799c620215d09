/** Plain JSON, as it goes over the wire. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
export const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
export const word = (value: unknown): string => (typeof value === 'string' ? value : '');
