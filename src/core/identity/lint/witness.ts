import { checkName } from '../sql-username.ts';
import { becomes, type RowLine } from './line.ts';
import { anyText } from './pattern/automata.ts';
import { domainIn, yieldsSome } from './yields.ts';

/** Somebody who is looked for first: what is found is read. */
const somebody = ['alice', 'alice.park', 'svc-app', 'a1b2'];

/**
 * A principal that the row lets in, as people would have it where it can be; null: none was found.
 *
 * @param is what it has to be beside; else it becomes a SQL user that there can be
 */
export function principalOf(line: RowLine, is?: (principal: string) => boolean): string | null {
  const good = is ?? ((principal: string): boolean => checkName(becomes(line, principal) ?? '') === null);
  if (!line.row.pattern) return good(line.row.identity) ? line.row.identity : null;
  if (line.patience.left <= 0) return null;
  const domains = [domainIn(line.row.identity), ...line.facts.domains].flatMap((domain) => domain ?? []);
  const plain = somebody.flatMap((name) => [...domains.map((domain) => `${name}@${domain}`), name]).find(good);
  if (plain !== undefined) return plain;
  const found = [yieldsSome(line, anyText, good), anyMatch(line, good)].find((one) => one.kind === 'found');
  return found?.kind === 'found' ? found.principal : null;
}

/** Whatever it becomes. */
const anyMatch = (line: RowLine, good: (principal: string) => boolean): ReturnType<typeof yieldsSome> =>
  yieldsSome({ ...line, row: { ...line.row, user: 'x' } }, anyText, good);
