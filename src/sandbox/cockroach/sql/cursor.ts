/** Walks through the tokens of one statement. */
import { normalizeName } from '../../../core/identity/sql-username.ts';
import { syntaxError } from '../errors.ts';
import type { StatementText, Token } from './tokens.ts';

/** A value in a statement: written there, or handed in with Bind. */
export type Literal =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'parameter'; readonly index: number };

export class Cursor {
  readonly statement: StatementText;
  #at = 0;

  constructor(statement: StatementText) {
    this.statement = statement;
  }

  get token(): Token {
    const end = this.statement.text.length;
    return this.statement.tokens[this.#at] ?? { kind: 'end', value: 'EOF', start: end, end };
  }

  get done(): boolean {
    return this.token.kind === 'end';
  }

  /** Whether these keywords come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, i) => {
      const token = this.statement.tokens[this.#at + i];
      return token?.kind === 'word' && token.value === word.toLowerCase();
    });
  }

  /** Steps over these keywords if they come next. */
  accept(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#at += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    if (!this.accept(...words)) throw this.wrong();
  }

  acceptSymbol(symbol: string): boolean {
    if (this.token.kind !== 'symbol' || this.token.value !== symbol) return false;
    this.#at++;
    return true;
  }

  wrong(): Error {
    return syntaxError(this.done ? 'EOF' : this.statement.text.slice(this.token.start, this.token.end));
  }

  end(): void {
    if (!this.done) throw this.wrong();
  }

  /** A name: quoted, or a bare word. In role statements CockroachDB folds quoted names too (username.go, MakeSQLUsernameFromUserInput). */
  name(): string {
    const { kind, value } = this.token;
    if (kind !== 'word' && kind !== 'quoted') throw this.wrong();
    this.#at++;
    return normalizeName(value);
  }

  /** `a, b, c` */
  names(): string[] {
    const found = [this.name()];
    while (this.acceptSymbol(',')) found.push(this.name());
    return found;
  }

  /** A dotted name, such as a setting's. */
  dotted(): string {
    let name = this.name();
    while (this.acceptSymbol('.')) name += `.${this.name()}`;
    return name;
  }

  literal(): Literal {
    const { kind, value } = this.token;
    if (kind === 'parameter') {
      this.#at++;
      return { kind: 'parameter', index: Number(value) };
    }
    const minus = this.acceptSymbol('-') ? '-' : '';
    const token = this.token;
    if (minus !== '' && token.kind !== 'number') throw this.wrong();
    if (token.kind === 'end' || token.kind === 'symbol' || token.kind === 'parameter') throw this.wrong();
    this.#at++;
    if (token.kind === 'number') return { kind: 'number', value: minus + token.value };
    return { kind: token.kind === 'word' ? 'word' : 'text', value: token.value };
  }

  /** The tokens from here on. */
  rest(): readonly Token[] {
    return this.statement.tokens.slice(this.#at);
  }

  skip(): void {
    this.#at++;
  }
}
