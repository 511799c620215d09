import type { Node, PolicyFault, Spot } from './document.ts';
import { nearest } from './near.ts';
import type { Shape, Together } from './shape.ts';

/**
 * Readers of one kind of value each. A reader always gives a value of its type: where it reported a fault, the value is a filler,
 * and the whole policy is thrown away by whoever holds the faults. So one fault never hides another.
 */

/** A value to read: where it stands in the text and in the policy, and where faults go. */
export interface Reading {
  readonly node: Node;
  /** `clusters.prod.address` */
  readonly where: string;
  readonly report: Report;
}
export type Report = (at: Spot, where: string, wrong: string, write: string) => void;

export interface Kind<T> {
  /** What to write, said as an example. */
  readonly write: string;
  readonly filler: T;
  readonly shape: Shape;
  read(reading: Reading): T;
}

/** A kind in a map. `absent`: what holds when the key is not there; none: it must be. */
export interface Field<T> {
  readonly kind: Kind<T>;
  readonly absent?: { readonly value: T };
}
export const required = <T>(kind: Kind<T>): Field<T> => ({ kind });
export const optional = <T>(kind: Kind<T>, value: T): Field<T> => ({ kind, absent: { value } });
/** Null when the key is not there. */
export const maybe = <T>(kind: Kind<T>): Field<T | null> => ({ kind, absent: { value: null } });

export type Fields<T> = { readonly [K in keyof T]: Field<T[K]> };

export function collector(file: string): { readonly faults: PolicyFault[]; readonly report: Report } {
  const faults: PolicyFault[] = [];
  return { faults, report: (at, where, wrong, write) => void faults.push({ file, line: at.line, where, wrong, write }) };
}

/**
 * Text that `accept` gives back in its canonical form, or null.
 *
 * @param what `a domain`: for "x" is not …
 * @param show false: the value may be a secret that somebody put in the wrong place, so it is not repeated
 * @param shape a pattern that all such text has; `most`: at most so many characters
 */
export function text(
  what: string,
  write: string,
  accept: (typed: string) => string | null,
  { show = true, pattern = null, most = null }: TextRules = {},
): Kind<string> {
  return {
    write,
    filler: '',
    shape: { kind: 'text', write, pattern, most },
    read({ node, where, report }) {
      const wrong = scalarFault(node);
      if (wrong !== null) report(node, where, wrong, write);
      else if (node.kind === 'scalar' && typeof node.value === 'string') {
        const read = accept(node.value);
        if (read !== null) return read;
        report(node, where, show ? `${quoted(node.value)} is not ${what}` : `is not ${what}`, write);
      }
      return '';
    },
  };
}

export interface TextRules {
  readonly show?: boolean;
  readonly pattern?: RegExp | null;
  readonly most?: number | null;
}

/** One of a closed set of words. */
export function oneOf<W extends string>(words: readonly W[]): Kind<W> {
  const filler = words[0] as W;
  return {
    write: words.join(' or '),
    filler,
    shape: { kind: 'words', write: words.join(' or '), words },
    read({ node, where, report }) {
      const typed = node.kind === 'scalar' ? String(node.value) : null;
      const word = words.find((w) => w === typed);
      if (word === undefined)
        report(node, where, typed === null ? notA('a word', node) : `${quoted(typed)} is not known here`, words.join(' or '));
      return word ?? filler;
    },
  };
}

/** A list of at least `least` items, none twice. */
export function listOf(item: Kind<string>, write: string, least: number): Kind<readonly string[]> {
  return {
    write,
    filler: [],
    shape: { kind: 'list', write, item: item.shape, least },
    read({ node, where, report }) {
      if (node.kind !== 'list') {
        report(node, where, notA('a list', node), write);
        return [];
      }
      if (node.items.length < least) report(node, where, 'is empty', write);
      const read = node.items.map((one, i) => ({ one, value: item.read({ node: one, where: `${where}[${i}]`, report }) }));
      for (const [i, { one, value }] of read.entries()) {
        const twice = value !== item.filler && read.findIndex((r) => r.value === value) < i;
        if (twice) report(one, `${where}[${i}]`, `${quoted(value)} is there twice`, 'it once');
      }
      return read.map((r) => r.value);
    },
  };
}

/**
 * A map with known keys. Unknown and doubled keys, and missing ones that are required, are faults.
 *
 * @param finish turns the read fields into what is wanted, and may report more
 * @param together what `finish` reports of keys that don't go together, as data
 */
export function record<T, R>(
  write: string,
  fields: Fields<T>,
  finish: (read: T, reading: Reading) => R,
  together: readonly Together[] = [],
): Kind<R | null> {
  return {
    write,
    filler: null,
    shape: { kind: 'record', write, fields: shapesOf(fields), together },
    read(reading) {
      const { node, where, report } = reading;
      if (node.kind !== 'map') {
        report(node, where, notA('a map', node), write);
        return null;
      }
      strayKeys(node.entries, where, report, Object.keys(fields));
      const keys = Object.keys(fields) as (keyof T & string)[];
      const read = keys.map((key) => [key, readField(fields[key], node, `${dotted(where)}${key}`, key, report)]);
      return finish(Object.fromEntries(read) as T, reading);
    },
  };
}

function shapesOf<T>(fields: Fields<T>): Readonly<Record<string, { readonly shape: Shape; readonly needed: boolean }>> {
  const entries = Object.entries<Field<unknown>>(fields);
  return Object.fromEntries(entries.map(([key, { kind, absent }]) => [key, { shape: kind.shape, needed: absent === undefined }]));
}

function readField<T>(field: Field<T>, map: Extract<Node, { kind: 'map' }>, where: string, key: string, report: Report): T {
  const entry = map.entries.find((e) => e.key === key);
  if (entry !== undefined) return field.kind.read({ node: entry.value, where, report });
  if (field.absent !== undefined) return field.absent.value;
  report(map, where, 'is missing', `${key}: ${field.kind.write}`);
  return field.kind.filler;
}

/** A map from names that the operator chooses to values of one kind; at least one. Fillers are left out. */
export function named<T>(
  name: Kind<string>,
  kind: (name: string) => Kind<T | null>,
  write: string,
): Kind<ReadonlyMap<string, T>> {
  return {
    write,
    filler: new Map(),
    shape: { kind: 'named', write, name: name.shape, item: kind('name').shape },
    read({ node, where, report }) {
      if (node.kind !== 'map') {
        report(node, where, notA('a map', node), write);
        return new Map();
      }
      if (node.entries.length === 0) report(node, where, 'is empty', write);
      strayKeys(node.entries, where, report, null);
      const read = new Map<string, T>();
      for (const entry of node.entries) {
        // A second one of the same name was reported as such; its own faults would only bury that.
        if (read.has(entry.key)) continue;
        const path = `${dotted(where)}${entry.key}`;
        name.read({ node: { kind: 'scalar', value: entry.key, line: entry.line, column: entry.column }, where: path, report });
        const value = kind(entry.key).read({ node: entry.value, where: path, report });
        if (value !== null) read.set(entry.key, value);
      }
      return read;
    },
  };
}

/** Doubled keys, and, where the keys are known, unknown ones. */
function strayKeys(
  entries: readonly (Spot & { key: string })[],
  where: string,
  report: Report,
  known: readonly string[] | null,
): void {
  for (const [i, entry] of entries.entries()) {
    const path = `${dotted(where)}${entry.key}`;
    const first = entries.findIndex((e) => e.key === entry.key);
    if (first < i) report(entry, path, `is there twice, first on line ${entries[first]?.line}`, 'it once');
    if (known === null || known.includes(entry.key)) continue;
    const meant = nearest(entry.key, known);
    report(entry, path, 'is not known here', meant === null ? `one of ${known.join(', ')}` : `${meant}, if that was meant`);
  }
}

/** What is wrong with a value that should be text; null: nothing. */
function scalarFault(node: Node): string | null {
  if (node.kind !== 'scalar') return notA('text', node);
  if (typeof node.value === 'number' || typeof node.value === 'boolean')
    return `is read as a ${typeof node.value}, not as text (put it in quotes)`;
  return node.value === null || node.value === '' ? 'is empty' : null;
}

/** What stands under a key of a map; null: nothing, or it is no map. */
export function under(node: Node, key: string): Node | null {
  return node.kind === 'map' ? (node.entries.find((e) => e.key === key)?.value ?? null) : null;
}

export function notA(wanted: string, node: Node): string {
  const found = node.kind === 'scalar' ? (node.value === null ? 'nothing' : 'a single value') : `a ${node.kind}`;
  return `should be ${wanted} and is ${found}`;
}

const dotted = (where: string): string => (where === '' ? '' : `${where}.`);

/** A value for a fault's text: short, on one line. */
export function quoted(value: string): string {
  const points = [...value];
  return JSON.stringify(points.length > 60 ? `${points.slice(0, 60).join('')}…` : value);
}
