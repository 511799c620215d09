/** What a client says first: which user and database, and the session variables it sets on the way. */
import { SqlError } from '../errors.ts';
import { Fields, type Frame } from './frames.ts';

/** Codes of the start-up phase in place of a protocol version (PostgreSQL docs, "Message Formats"). */
export const startupCodes = { 80877103: 'ssl', 80877104: 'gss', 80877102: 'cancel' } as const;

export interface Startup {
  readonly user: string;
  readonly database: string;
  readonly jwt: boolean;
  /** Session variables, names in lower case with underscores. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Splits at spaces; a backslash takes the next character as it is (pkg/sql/pgwire/pre_serve_options.go@07b5ba3d335d). */
function splitOptions(text: string): string[] {
  const items: string[] = [];
  let item = '';
  let open = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (/\s/.test(c)) {
      if (open) items.push(item);
      item = '';
      open = false;
      continue;
    }
    open = true;
    item += c === '\\' ? (text[++i] ?? '') : c;
  }
  if (open) items.push(item);
  return items;
}

function unescapeUrl(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new SqlError('08P01', `error parsing options: invalid URL escape in "${text}"`);
  }
}

/**
 * The `options` of a start-up message, as CockroachDB reads them.
 * @throws SqlError with CockroachDB's words (pre_serve_options.go@07b5ba3d335d, parseOptions)
 */
export function parseOptions(text: string): [string, string][] {
  const items = splitOptions(text);
  const found: [string, string][] = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i] ?? '';
    let pair: string;
    if (item === '-c') pair = items[++i] ?? '';
    else if (item.startsWith('-c')) pair = item.slice(2);
    else if (item.startsWith('--')) pair = item.slice(2);
    else throw new SqlError('08P01', `option "${item}" is invalid, must have prefix '-c' or '--'`);
    const cut = pair.indexOf('=');
    if (cut === -1) throw new SqlError('08P01', `option "${pair}" is invalid, check '='`);
    found.push([pair.slice(0, cut).replaceAll('-', '_'), unescapeUrl(pair.slice(cut + 1))]);
  }
  return found;
}

const goTrue = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const goFalse = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

/** Go's strconv.ParseBool. */
function parseBool(text: string): boolean {
  if (goTrue.includes(text)) return true;
  if (goFalse.includes(text)) return false;
  throw new SqlError('08P01', `strconv.ParseBool: parsing "${text}": invalid syntax`);
}

const jwtOption = 'crdb:jwt_auth_enabled';

/** Reads a StartupMessage. CockroachDB takes `defaultdb` when no database is named. */
export function readStartup(packet: Frame): Startup {
  const fields = new Fields(packet.body);
  if (fields.int32() >> 16 !== 3) throw new SqlError('08P01', 'unknown protocol version');
  const given = new Map<string, string>();
  while (!fields.done) {
    const name = fields.text();
    if (name === '') break;
    given.set(name.toLowerCase(), fields.text());
  }
  const options = parseOptions(given.get('options') ?? '');
  const jwt = options.filter(([name]) => name === jwtOption).map(([, value]) => parseBool(value));
  const variables = [...given].filter(([name]) => !['user', 'database', 'options', 'replication'].includes(name));
  return {
    user: given.get('user') ?? '',
    database: given.get('database') || 'defaultdb',
    jwt: jwt.at(-1) ?? false,
    variables: Object.fromEntries([
      ...variables,
      ...options.filter(([name]) => !name.startsWith('crdb:')).map(([k, v]) => [k.toLowerCase(), v]),
    ]),
  };
}
