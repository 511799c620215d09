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

/** Go's url.QueryUnescape: a plus is a space. */
function queryUnescape(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new SqlError('08P01', `failed to unescape options ${JSON.stringify(text)}`);
  }
}

/** One option without its prefix. Exactly one `=` is allowed. */
function splitOption(option: string, prefix: string): [string, string] {
  const [key, value, more] = option.split('=');
  if (key === undefined || value === undefined || more !== undefined) {
    throw new SqlError('08P01', `option ${JSON.stringify(option)} is invalid, check '='`);
  }
  return [(key.startsWith(prefix) ? key.slice(prefix.length) : key).replaceAll('-', '_').toLowerCase(), value];
}

/**
 * The `options` of a start-up message, as CockroachDB reads them: unescaped as a whole, split at spaces, each `-c key=value`,
 * `-ckey=value` or `--key=value`; after a `-c` of its own the next one is taken as it is.
 * @throws SqlError with CockroachDB's words (pre_serve_options.go@07b5ba3d335d, parseOptions)
 */
export function parseOptions(text: string): [string, string][] {
  const found: [string, string][] = [];
  let behindC = false;
  for (const item of splitOptions(queryUnescape(text))) {
    if (item === '-c') behindC = true;
    else if (behindC || item.startsWith('--') || item.startsWith('-c')) {
      found.push(splitOption(item, behindC ? '' : item.slice(0, 2)));
      behindC = false;
    } else throw new SqlError('08P01', `option ${JSON.stringify(item)} is invalid, must have prefix '-c' or '--'`);
  }
  return found;
}

const jwtOption = 'crdb:jwt_auth_enabled';
const goTrue = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const goFalse = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

/** Go's strconv.ParseBool. */
function parseBool(text: string): boolean {
  if (goTrue.includes(text)) return true;
  if (goFalse.includes(text)) return false;
  throw new SqlError('22023', `${jwtOption}: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

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
    variables: Object.fromEntries([...variables, ...options.filter(([name]) => !name.startsWith('crdb:'))]),
  };
}
