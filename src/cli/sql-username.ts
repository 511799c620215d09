import { sqlUsername } from '../core/identity/sql-username.ts';
import type { Output } from './output.ts';

/** Prints the SQL user name of a UPN (0), or says on standard error why it has none (1). */
export function printSqlUsername(upn: string, out: Output): 0 | 1 {
  const answer = sqlUsername(upn);
  if ('name' in answer) {
    out.stdout(`${answer.name}\n`);
    return 0;
  }
  out.stderr(`${answer.problem.says}\n`);
  return 1;
}
