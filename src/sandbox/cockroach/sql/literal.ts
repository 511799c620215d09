/** Turns a written or handed-in value into text. */
import { SqlError } from '../errors.ts';
import type { Literal } from './cursor.ts';
import type { Parameters } from './plan.ts';

export const parametersIn = (literals: readonly (Literal | undefined)[]): number =>
  Math.max(0, ...literals.map((literal) => (literal?.kind === 'parameter' ? literal.index : 0)));

/** The value as text; null for SQL NULL. A bare word other than NULL stands for itself, as in CockroachDB's SET. */
export function textOf(literal: Literal, parameters: Parameters): string | null {
  if (literal.kind !== 'parameter') return literal.kind === 'word' && literal.value === 'null' ? null : literal.value;
  const value = parameters[literal.index - 1];
  if (value === undefined) throw new SqlError('42P02', `no value provided for placeholder: $${literal.index}`);
  return value;
}
