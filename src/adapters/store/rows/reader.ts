/** Rows are not believed: each value is checked when it is read, and a broken one is named with its table, row and column. */

import { Fault } from '../../../core/errors.ts';
import type { Row } from '../database.ts';

type Json = unknown;
export type Fields = Readonly<Record<string, Json>>;

/** Reads values of one row, and says which one is broken. */
export class Reader {
  readonly #where: string;
  readonly #fields: Fields;

  constructor(where: string, fields: Fields) {
    this.#where = where;
    this.#fields = fields;
  }

  text(name: string): string {
    const value = this.#fields[name];
    return typeof value === 'string' ? value : this.#broken(name);
  }

  textOrNull(name: string): string | null {
    return this.#fields[name] == null ? null : this.text(name);
  }

  /** bigint arrives as text: node-postgres does not round. */
  count(name: string): number {
    const value = Number(this.#fields[name] ?? Number.NaN);
    return Number.isSafeInteger(value) ? value : this.#broken(name);
  }

  /** A timestamptz (a Date already) or an ISO 8601 text inside JSON. */
  date(name: string): Date {
    const value = this.#fields[name];
    const date = value instanceof Date ? value : typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
    return Number.isNaN(date.getTime()) ? this.#broken(name) : date;
  }

  dateOrNull(name: string): Date | null {
    return this.#fields[name] == null ? null : this.date(name);
  }

  yes(name: string): boolean {
    const value = this.#fields[name];
    return typeof value === 'boolean' ? value : this.#broken(name);
  }

  oneOf<T extends string>(name: string, known: readonly T[] | ReadonlySet<string>): T {
    const value = this.text(name);
    const isKnown = 'has' in known ? known.has(value) : (known as readonly string[]).includes(value);
    return isKnown ? (value as T) : this.#broken(name);
  }

  list<T>(name: string, read: (item: Json, inside: (item: Json) => Reader) => T | undefined): readonly T[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) return this.#broken(name);
    return value.map((item) => read(item, (v) => this.#inside(name, v)) ?? this.#broken(name));
  }

  texts(name: string): Readonly<Record<string, string>> {
    const inside = this.object(name);
    return Object.fromEntries(Object.keys(this.#fields[name] as Fields).map((key) => [key, inside.text(key)]));
  }

  object(name: string): Reader {
    return this.#inside(name, this.#fields[name]);
  }

  objectOrNull(name: string): Reader | null {
    return this.#fields[name] == null ? null : this.object(name);
  }

  #inside(name: string, value: Json): Reader {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#broken(name);
    return new Reader(`${this.#where}.${name}`, value as Fields);
  }

  #broken(name: string): never {
    throw new Fault('store_unavailable', 'never', `the store holds a broken value: ${this.#where}, ${name}`);
  }
}

/** For a row of a table: what is broken in it is named with its id. */
export function reader(table: string, id: unknown, row: Row): Reader {
  return new Reader(`${table} ${String(id)}`, row);
}

/** A single text value of a row that has nothing else. */
export const textOf = (table: string, row: Row, name: string): string => reader(table, '', row).text(name);

/** A single point in time of a row that has nothing else. */
export const dateOf = (table: string, row: Row, name: string): Date => reader(table, '', row).date(name);

/** A single number of a row that has nothing else. */
export const countOf = (table: string, row: Row, name: string): number => reader(table, '', row).count(name);
