/** As much of OData as the stand-in's Graph has: a closed list of filters, `$select`, and pages (Graph docs: filter-query-parameter.md, paging.md). */
import { badRequest, unsupportedFilter } from './graph-errors.ts';

type Row = Readonly<Record<string, unknown>>;
type Test = (row: Row) => boolean;

/** A string is in single quotes, with those inside doubled (query-parameters.md, "Escaping single quotes"); a GUID may stand bare. */
const value = "'((?:[^']|'')*)'|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";
const equality = new RegExp(String.raw`^\s*(\w+)\s+eq\s+(?:${value})\s*`, 'i');
const membership = /^\s*(\w+)\s+in\s+\(\s*('(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*)\s*\)\s*/i;

/** "By default, requests are limited to 15 expressions in the filter clause" (filter-query-parameter.md, note on `in`). */
const most = 15;

const same = (row: Row, property: string, wanted: string): boolean => {
  const has = row[property];
  // Strings of the directory compare without case.
  return typeof has === 'string' && has.toLowerCase() === wanted.toLowerCase();
};
const unquoted = (text: string): string => text.replaceAll("''", "'");

/**
 * Reads `p eq 'x' [or q eq 'y' …]` or `p in ('x', …)`.
 *
 * @param can properties that can be filtered by
 * @throws GraphRefused for everything else, as Graph refuses what it does not support
 */
export function filterOf(text: string, can: readonly string[], resource: string): Test {
  const property = (name: string): string => {
    if (!can.includes(name)) throw unsupportedFilter(name, resource);
    return name;
  };
  const within = membership.exec(text);
  if (within !== null && within[0].length === text.length) {
    const name = property(within[1] ?? '');
    const wanted = [...(within[2] ?? '').matchAll(/'((?:[^']|'')*)'/g)].map((m) => unquoted(m[1] ?? ''));
    if (wanted.length > most)
      throw badRequest(
        `Too many child clauses specified in search filter expression containing 'OR' operators: ${wanted.length}. Max allowed: ${most}.`,
      );
    const folded = new Set(wanted.map((w) => w.toLowerCase()));
    return ({ [name]: has }) => typeof has === 'string' && folded.has(has.toLowerCase());
  }
  const tests: Test[] = [];
  for (let rest = text; ; rest = rest.slice(3)) {
    const found = equality.exec(rest);
    if (found === null)
      throw badRequest(`Invalid filter clause: Syntax error at position ${text.length - rest.length} in '${text}'.`);
    const name = property(found[1] ?? '');
    const wanted = unquoted(found[2] ?? found[3] ?? '');
    tests.push((row) => same(row, name, wanted));
    rest = rest.slice(found[0].length);
    if (rest === '') break;
    if (!rest.startsWith('or '))
      throw badRequest(`Invalid filter clause: Syntax error at position ${text.length - rest.length} in '${text}'.`);
  }
  if (tests.length > most)
    throw badRequest(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${tests.length}. Max allowed: ${most}.`,
    );
  return (row) => tests.some((t) => t(row));
}

/** The asked properties, or those that come by default. `id` is among both: Graph keys everything by it. */
export function selected(row: Row, select: string | null, byDefault: readonly string[]): Row {
  const wanted = select === null ? byDefault : select.split(',').map((s) => s.trim());
  return Object.fromEntries(wanted.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]]));
}

/** A page of rows, and where the next one is, if there is one (paging.md: `@odata.nextLink` is opaque and to be used as it is). */
export function page(rows: readonly Row[], url: URL, defaultSize: number): Row {
  return pageOf({ length: rows.length, slice: (from, to) => rows.slice(from, to) }, url, defaultSize);
}

/** As `page`, of rows that are made when they are asked for. */
export function pageOf(
  rows: { readonly length: number; readonly slice: (from: number, to: number) => readonly Row[] },
  url: URL,
  defaultSize: number,
): Row {
  const top = url.searchParams.get('$top');
  const size = top === null ? defaultSize : Number(top);
  if (!Number.isInteger(size) || size < 1 || size > 999)
    throw badRequest(`Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`);
  const from = skipped(url.searchParams.get('$skiptoken'));
  const more = from + size < rows.length;
  return { ...(more ? { '@odata.nextLink': nextLink(url, from + size) } : {}), value: rows.slice(from, from + size) };
}

function nextLink(url: URL, from: number): string {
  const next = new URL(url);
  next.searchParams.set('$skiptoken', Buffer.from(`from ${from}`).toString('base64url'));
  return next.href;
}

function skipped(token: string | null): number {
  if (token === null) return 0;
  const [, from] = /^from (\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (from === undefined) throw badRequest('Badly formed skip token.');
  return Number(from);
}
