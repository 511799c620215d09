import { Fault } from '../core/errors.ts';
import type { AuditLine, World } from '../core/ports.ts';
import { printable } from './lines.ts';
import type { ExitCode, Output } from './output.ts';

export interface AuditAsked {
  readonly request: string | undefined;
  readonly limit: number;
  readonly json: boolean;
}

/** How wide a line may get where the terminal does not say. */
const screen = 100;

/**
 * Prints the audit, oldest line first: of one request or proposal whole, else the newest lines of all.
 *
 * @returns 0 there was something, 1 there is nothing (of that request)
 * @throws Fault when the store does not answer
 */
export async function printAudit(world: World, asked: AuditAsked, out: Output, columns = screen): Promise<ExitCode> {
  const lines = await world.store.audit.read(asked.request === undefined ? { limit: asked.limit } : { requestId: asked.request });
  if (lines.length === 0) {
    out.stderr(
      asked.request === undefined
        ? 'The audit is empty.\n'
        : `The audit has no request or proposal "${printable(asked.request)}". Its id is on the card and in the messages.\n`,
    );
    return 1;
  }
  const names = await namesOf(world, lines);
  for (const line of lines) {
    const by = line.actor === null ? null : (names.get(line.actor) ?? line.actor);
    out.stdout(asked.json ? `${JSON.stringify({ ...line, by })}\n` : entryText(line, names, Math.max(columns, 60)));
  }
  return 0;
}

/** UPNs of those who did something. The directory may be away: then object ids stand there, and they are as true. */
async function namesOf(world: World, lines: readonly AuditLine[]): Promise<ReadonlyMap<string, string>> {
  const oids = [...new Set(lines.flatMap((line) => line.actor ?? []))];
  if (oids.length === 0) return new Map();
  try {
    return new Map([...(await world.directory.usersById(oids))].map(([oid, user]) => [oid, user.upn]));
  } catch (fault) {
    if (fault instanceof Fault) return new Map();
    throw fault;
  }
}

/** When, what, about what and by whom on the first line; what is known of it below, as much as fits. `--json` has all of it. */
function entryText(line: AuditLine, names: ReadonlyMap<string, string>, columns: number): string {
  const at = line.at.toISOString().slice(0, 19).replace('T', ' ');
  const head = `${at}Z  ${line.event}  ${line.requestId ?? '-'}  by ${byText(line, names)}`;
  const facts = Object.entries(line.details)
    .filter(
      ([name, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0) && !shownAbove.has(name),
    )
    .sort(([a], [b]) => placeOf(a) - placeOf(b));
  const texts = facts.flatMap(([name, value]) => valueTexts(name, value).map((text) => `${name}: ${text}`));
  return [...wrapped(printable(head), columns), ...texts.flatMap((text) => indented(printable(text), columns))]
    .map((text) => `${text}\n`)
    .join('');
}

const indented = (text: string, columns: number): readonly string[] => wrapped(text, columns - 4).map((part) => `    ${part}`);

function byText({ actor, details }: AuditLine, names: ReadonlyMap<string, string>): string {
  if (actor !== null) return names.get(actor) ?? actor;
  const typed = details['filedBy'] ?? details['by'];
  return typeof typed === 'string' ? `${printable(typed)} at the command line` : 'crdb-access';
}

const shownAbove: ReadonlySet<string> = new Set(['filedBy', 'by']);

/** What is read first; the rest in its order, the policy's hash last. */
const first = ['plan', 'change', 'setting', 'before', 'after', 'findings', 'reason'];
const placeOf = (name: string): number =>
  name === 'policyHash' ? 99 : first.includes(name) ? first.indexOf(name) : first.length;

/** Broken at the screen's edge, a few lines of it: settings and reasons may be as long as a book. */
const linesEach = 4;

function wrapped(text: string, columns: number): readonly string[] {
  const points = [...text];
  const parts = Array.from({ length: Math.ceil(points.length / columns) }, (_, i) =>
    points.slice(i * columns, (i + 1) * columns).join(''),
  );
  if (parts.length <= linesEach) return parts;
  return [...parts.slice(0, linesEach), `… (${points.length} characters)`];
}

function valueTexts(name: string, value: unknown): readonly string[] {
  if (typeof value === 'string') return [name === 'policyHash' ? value.slice(0, 12) : value.replaceAll('\n', '; ')];
  if (Array.isArray(value)) return value.every(isFinding) ? value.map(findingText) : [value.map(findingText).join(', ')];
  return [typeof value === 'object' && value !== null && 'upn' in value ? String(value.upn) : JSON.stringify(value)];
}

const isFinding = (item: unknown): boolean => typeof item === 'object' && item !== null && 'says' in item;

/** A finding in the words that people read; anything else as it is kept. */
function findingText(item: unknown): string {
  if (typeof item === 'object' && item !== null && 'rule' in item && 'ok' in item && 'says' in item) {
    return `${item.ok === true ? '' : 'NOT '}${String(item.rule)}: ${String(item.says)}`;
  }
  if (typeof item === 'object' && item !== null && 'upn' in item) return String(item.upn);
  return typeof item === 'string' ? item : JSON.stringify(item);
}
