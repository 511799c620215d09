/** Writes messages of the PostgreSQL protocol 3.0 (PostgreSQL docs, "Message Formats"). */
import type { SqlError } from '../errors.ts';

export function frame(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));
  const head = Buffer.alloc(type.length + 4);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, type.length);
  return Buffer.concat([head, body]);
}

const int16 = (n: number): Buffer => {
  const b = Buffer.alloc(2);
  b.writeInt16BE(n);
  return b;
};
const int32 = (n: number): Buffer => {
  const b = Buffer.alloc(4);
  b.writeInt32BE(n);
  return b;
};
const z = (text: string): string => `${text.replaceAll('\0', '')}\0`;

/** The types that the stand-in's own results use, by their OID in PostgreSQL and CockroachDB (pg_type.dat). */
export const types = {
  bool: { oid: 16, size: 1 },
  int8: { oid: 20, size: 8 },
  text: { oid: 25, size: -1 },
  textArray: { oid: 1009, size: -1 },
  timestamptz: { oid: 1184, size: 8 },
  interval: { oid: 1186, size: 16 },
} as const;
export type TypeName = keyof typeof types;

export interface Column {
  readonly name: string;
  readonly type: TypeName;
}
export type Value = string | boolean | number | null | readonly string[];

const quoted = (item: string): string => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const bare = (item: string): boolean => /^[^{}",\\\s]+$/.test(item) && item.toUpperCase() !== 'NULL';

/** A value in the text format (PostgreSQL docs, "Array Input and Output Syntax" for the arrays). */
function asText(value: Exclude<Value, null>): string {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'object') return `{${value.map((item) => (bare(item) ? item : quoted(item))).join(',')}}`;
  return String(value);
}

export const rowDescription = (columns: readonly Column[], formats: readonly number[] = []): Buffer =>
  frame(
    'T',
    int16(columns.length),
    ...columns.flatMap(({ name, type }, i) => [
      z(name),
      int32(0),
      int16(0),
      int32(types[type].oid),
      int16(types[type].size),
      int32(-1),
      int16(formatOf(formats, i)),
    ]),
  );

/** The format of column `i` as Bind asked for it: none, one for all, or one each. */
const formatOf = (formats: readonly number[], i: number): number => (formats.length === 1 ? formats[0] : formats[i]) ?? 0;

function encoded(value: Exclude<Value, null>, binary: boolean): Buffer {
  if (binary && typeof value === 'boolean') return Buffer.from([value ? 1 : 0]);
  return Buffer.from(asText(value), 'utf8');
}

export const dataRow = (values: readonly Value[], formats: readonly number[] = []): Buffer =>
  frame(
    'D',
    int16(values.length),
    ...values.flatMap((value, i) => {
      if (value === null) return [int32(-1)];
      const bytes = encoded(value, formatOf(formats, i) === 1);
      return [int32(bytes.length), bytes];
    }),
  );

const report = (type: 'E' | 'N', severity: string, error: SqlError): Buffer => {
  const fields: [string, string | undefined][] = [
    ['S', severity],
    ['V', severity],
    ['C', error.sqlstate],
    ['M', error.message],
    ['D', error.detail],
    ['H', error.hint],
  ];
  return frame(type, ...fields.flatMap(([key, text]) => (text === undefined ? [] : [key, z(text)])), '\0');
};

export const errorResponse = (error: SqlError, severity: 'ERROR' | 'FATAL' = 'ERROR'): Buffer => report('E', severity, error);
export const noticeResponse = (notice: SqlError): Buffer => report('N', 'NOTICE', notice);
export const commandComplete = (tag: string): Buffer => frame('C', z(tag));
export const ready = (status: string): Buffer => frame('Z', status);
export const parameterStatus = (name: string, value: string): Buffer => frame('S', z(name), z(value));
export const backendKey = (pid: number, secret: number): Buffer => frame('K', int32(pid), int32(secret));
export const authenticationOk = frame('R', int32(0));
export const cleartextPassword = frame('R', int32(3));
export const parseComplete = frame('1');
export const bindComplete = frame('2');
export const closeComplete = frame('3');
export const noData = frame('n');
export const emptyQuery = frame('I');
export const flush = frame('H');
export const sync = frame('S');
export const query = (text: string): Buffer => frame('Q', z(text));
export const parse = (name: string, text: string, oids: readonly number[]): Buffer =>
  frame('P', z(name), z(text), int16(oids.length), ...oids.map(int32));
export const parameterDescription = (oids: readonly number[]): Buffer => frame('t', int16(oids.length), ...oids.map(int32));

/** Version 3.0, then names and values (StartupMessage). */
export const startupMessage = (parameters: Readonly<Record<string, string>>): Buffer =>
  frame('', int32(196608), ...Object.entries(parameters).flatMap(([key, value]) => [z(key), z(value)]), '\0');

export const cancelRequest = (pid: number, secret: number): Buffer => frame('', int32(80877102), int32(pid), int32(secret));
