import { verify } from '../adapters/jose/verify.ts';
import { decideLogin } from '../core/login/login.ts';
import type { Env } from '../config/environment.ts';
import { readLoginQuestion } from './login-question.ts';
import type { ExitCode, Output } from './output.ts';
import { mostBytes, pipeText, readLoginInput } from './token-input.ts';

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

export interface ExplainAsked {
  readonly cluster: string | undefined;
  readonly user: string | undefined;
  readonly json: boolean;
}

/** Where the input comes from: standard input. */
export interface Given extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
}

/**
 * Explains the login of whatever is piped in: a token, on the cluster as it is now; or a question, on the settings in it.
 *
 * @param stdin read to its end, or as far as a question may go
 * @returns as explainToken, or as explainLogin
 */
export async function explainInput(stdin: Given, env: Env, asked: ExplainAsked, out: Output): Promise<ExitCode> {
  if (stdin.isTTY === true) return misused('nothing is piped in', out);
  const input = readLoginInput(await bytesOf(stdin));
  if ('wrong' in input) return misused(input.wrong, out);
  if ('question' in input) {
    const plain = asked.json && asked.cluster === undefined && asked.user === undefined;
    if (plain) return explainLogin(input.question, out);
    return misused('standard input is JSON without accessToken; a question with settings is asked with --json alone', out);
  }
  const { explainToken } = await import('./explain-token.ts');
  const { withWorld } = await import('./outside.ts');
  return withWorld(env, out, (world) => explainToken(world, { ...asked, token: input.token }, out));
}

function misused(wrong: string, out: Output): 2 {
  out.stderr(`explain-login: ${wrong}.\nPipe a token in, so that it stands in no argument and no history:\n  ${pipeText()}\n`);
  return 2;
}

async function bytesOf(stdin: Given): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostBytes) break;
  }
  return Buffer.concat(chunks);
}
