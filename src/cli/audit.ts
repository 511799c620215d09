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
    out.stdout(asked.json ? `${JSON.stringify({ ...line, by })}\n` : entryText(line, by ?? 'crdb-access', Math.max(columns, 60)));
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

/** When, what, who and about what on the first line; what is known of it below, cut to the screen. `--json` has all of it. */
function entryText(line: AuditLine, by: string, columns: number): string {
  const at = line.at.toISOString().slice(0, 19).replace('T', ' ');
  const head = `${at}Z  ${line.event}  ${line.requestId ?? '-'}  by ${by}`;
  const facts = Object.entries(line.details).filter(([, value]) => value !== null && value !== '');
  return [head, ...facts.map(([name, value]) => `    ${name}: ${valueText(value)}`)]
    .map((text) => `${cut(printable(text), columns)}\n`)
    .join('');
}

const cut = (text: string, columns: number): string => {
  const points = [...text];
  return points.length <= columns ? text : `${points.slice(0, columns - 1).join('')}…`;
};

function valueText(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('\n', '; ');
  if (Array.isArray(value)) return value.map(findingText).join(' · ');
  return JSON.stringify(value);
}

/** A finding in the words that people read; anything else as it is kept. */
function findingText(item: unknown): string {
  if (typeof item === 'object' && item !== null && 'rule' in item && 'ok' in item && 'says' in item) {
    return `${item.ok === true ? '' : 'NOT '}${String(item.rule)}: ${String(item.says)}`;
  }
  return typeof item === 'string' ? item : JSON.stringify(item);
}
