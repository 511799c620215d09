/** JSON as Go's encoding/json reads it, with its error texts: CockroachDB hands them on to whoever sets a setting or logs in. */

export type Parsed<T> = { readonly value: T } | { readonly error: string };

class SyntaxFault extends Error {}

const atEnd = 'unexpected end of JSON input';
/** encoding/json's maxNestingDepth is 10,000; this much is nobody's token or setting, and safe on any stack. */
const maxDepth = 1000;
const escapes = '"\\/bfnrt';
const literals = ['true', 'false', 'null'];

/** Finds the first place that is no JSON. Only asked where JSON.parse said no; mirrors the states of encoding/json's scanner.go. */
class Scanner {
  private at = 0;
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  all(): void {
    this.value(0);
    this.space();
    if (this.at < this.text.length) this.bad('after top-level value');
  }

  private bad(where: string): never {
    const char = this.text[this.at];
    throw new SyntaxFault(char === undefined ? atEnd : `invalid character ${quoteChar(char)} ${where}`);
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at++;
  }

  private take(char: string, where: string): void {
    if (this.text[this.at] !== char) this.bad(where);
    this.at++;
  }

  private value(depth: number): void {
    if (depth > maxDepth) throw new SyntaxFault('exceeded max depth');
    this.space();
    const char = this.text[this.at] ?? '';
    if (char === '{') this.list('}', 'after object key:value pair', () => this.pair(depth));
    else if (char === '[') this.list(']', 'after array element', () => this.value(depth + 1));
    else if (char === '"') this.string();
    else if (/[-0-9]/.test(char)) this.number();
    else this.literal(char);
  }

  private literal(char: string): void {
    const literal = literals.find((word) => word.startsWith(char) && char !== '');
    if (literal === undefined) this.bad('looking for beginning of value');
    for (const letter of literal) this.take(letter, `in literal ${literal} (expecting '${letter}')`);
  }

  private list(end: string, after: string, item: () => void): void {
    this.at++;
    this.space();
    if (this.text[this.at] === end) {
      this.at++;
      return;
    }
    for (;;) {
      item();
      this.space();
      if (this.text[this.at] === end) break;
      this.take(',', after);
    }
    this.at++;
  }

  private pair(depth: number): void {
    this.space();
    if (this.text[this.at] !== '"') this.bad('looking for beginning of object key string');
    this.string();
    this.space();
    this.take(':', 'after object key');
    this.value(depth + 1);
  }

  private string(): void {
    this.at++;
    while (this.text[this.at] !== '"') {
      const char = this.text[this.at];
      if (char === undefined || char < ' ') this.bad('in string literal');
      this.at++;
      if (char === '\\') this.escape();
    }
    this.at++;
  }

  private escape(): void {
    const char = this.text[this.at] ?? '';
    if (char !== 'u' && (char === '' || !escapes.includes(char))) this.bad('in string escape code');
    this.at++;
    for (let i = 0; char === 'u' && i < 4; i++, this.at++) {
      if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) this.bad('in \\u hexadecimal character escape');
    }
  }

  private digits(where: string): void {
    if (!/\d/.test(this.text[this.at] ?? '')) this.bad(where);
    while (/\d/.test(this.text[this.at] ?? '')) this.at++;
  }

  private number(): void {
    if (this.text[this.at] === '-') this.at++;
    if (this.text[this.at] === '0') this.at++;
    else this.digits('in numeric literal');
    if (this.text[this.at] === '.') {
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    if (!/[eE]/.test(this.text[this.at] ?? '')) return;
    this.at++;
    if (/[-+]/.test(this.text[this.at] ?? '')) this.at++;
    this.digits('in exponent of numeric literal');
  }
}

function quoteChar(char: string): string {
  if (char === "'") return `'\\''`;
  return char === '"' ? `'"'` : `'${JSON.stringify(char).slice(1, -1)}'`;
}

function syntaxError(text: string): string {
  try {
    new Scanner(text).all();
  } catch (fault) {
    if (fault instanceof SyntaxFault) return fault.message;
    throw fault;
  }
  return atEnd;
}

/** Any JSON text. */
export function parseJson(text: string): Parsed<unknown> {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { error: syntaxError(text) };
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What Go calls the kind of a JSON value in its type errors. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const cannot = (value: unknown, type: string) => `json: cannot unmarshal ${kindOf(value)} into Go ${type}`;

/** A JSON value into a Go `[]string`; null is a nil list, and a null in it the empty string. */
export function toStrings(value: unknown): Parsed<readonly string[]> {
  if (value === null) return { value: [] };
  if (!Array.isArray(value)) return { error: cannot(value, 'value of type []string') };
  const odd: unknown = value.find((item) => item !== null && typeof item !== 'string');
  if (odd !== undefined) return { error: cannot(odd, 'value of type string') };
  return { value: value.map((item) => (typeof item === 'string' ? item : '')) };
}

/** A JSON value into settings.go's `issuerJWKSMap`, unknown fields refused. Go's field names match regardless of case. */
export function toIssuerMap(value: unknown): Parsed<ReadonlyMap<string, string>> {
  if (value === null) return { value: new Map() };
  if (!isObject(value)) return { error: cannot(value, 'value of type jwtauthccl.issuerJWKSMap') };
  const found = new Map<string, string>();
  for (const [field, mapping] of Object.entries(value)) {
    if (field.toLowerCase() !== 'issuer_jwks_map') return { error: `json: unknown field ${JSON.stringify(field)}` };
    if (mapping === null) continue;
    if (!isObject(mapping))
      return { error: cannot(mapping, 'struct field issuerJWKSMap.issuer_jwks_map of type map[string]string') };
    for (const [issuer, url] of Object.entries(mapping)) {
      if (url !== null && typeof url !== 'string')
        return { error: cannot(url, 'struct field issuerJWKSMap.issuer_jwks_map of type string') };
      found.set(issuer, url ?? '');
    }
  }
  return { value: found };
}
