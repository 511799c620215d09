import { verify } from '../adapters/jose/verify.ts';
import { decideLogin } from '../core/login/login.ts';
import { readLoginQuestion } from './login-question.ts';
import type { Output } from './output.ts';

/**
 * Decides a login as the cluster would, without network or environment, and prints the answer as one line of JSON.
 *
 * @param stdin `{ version, settings, users?, token, user, now? }`
 * @returns 0 it is let in, 1 it is refused, 2 the input is no such question (standard error says where; never the token)
 */
export async function explainLogin(stdin: string, out: Output): Promise<0 | 1 | 2> {
  const question = readLoginQuestion(stdin);
  if ('faults' in question) {
    out.stderr(`${question.faults.join('\n')}\n`);
    return 2;
  }
  const { now = new Date(), ...asked } = question.question;
  const answer = await decideLogin({ ...asked, now, verify });
  out.stdout(`${JSON.stringify(answer)}\n`);
  return answer.ok ? 0 : 1;
}
