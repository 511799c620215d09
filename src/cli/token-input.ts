/** Tells apart what `explain-login` is given: a token as `az` prints it, or a question with settings. What was given is never echoed. */

import { isObject, parseJson } from '../core/login/go-json.ts';

export type LoginInput =
  | { readonly token: string }
  /** JSON that is no answer of `az`: for the question's own reader to judge. */
  | { readonly question: string }
  | { readonly wrong: string };

/** Entra's own are 1.5 to 2.5 KB, with two hundred groups 10; more than this no client would send. */
const longest = 64 * 1024;
/** As much as a question may have, with the SQL users of a large cluster. */
export const mostBytes = 16 * 1024 * 1024;

/** How a token gets here, without standing anywhere on the way. */
export function pipeText(): string {
  return 'az account get-access-token --scope <scope of the API> | npm run -s cli -- explain-login';
}

/**
 * @param bytes standard input
 * @returns the token; or the question's text; or what is wrong, in words that have nothing of the input in them
 */
export function readLoginInput(bytes: Uint8Array): LoginInput {
  const text = decoded(bytes).trim();
  if (text === '') return { wrong: 'standard input is empty: there is no token in it' };
  if (bytes.length > mostBytes) return { wrong: 'standard input has more than 16 MB: that is no token' };
  const json = parseJson(text);
  if ('error' in json) return text.startsWith('{') ? { wrong: `standard input is no JSON: ${json.error}` } : bare(text);
  if (typeof json.value === 'string') return bare(json.value.trim());
  if (!isObject(json.value) || Object.hasOwn(json.value, 'settings')) return { question: text };
  const fields = ['accessToken', 'access_token'].filter((field) => isObject(json.value) && Object.hasOwn(json.value, field));
  const [field] = fields;
  if (field === undefined) return { question: text };
  const value = json.value[field];
  return typeof value === 'string' ? bare(value.trim()) : { wrong: `standard input: ${field} is no text` };
}

/** Windows PowerShell's `>` and pipes write UTF-16 with a byte order mark; TextDecoder takes either mark away. */
function decoded(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8').decode(bytes.subarray(0, mostBytes));
}

/** A compact JWS, whatever is in its parts: those are for the cluster's own rules to judge. */
function bare(text: string): LoginInput {
  const token = text.replace(/^Bearer\s+/i, '').replace(/^(["'])(.*)\1$/s, '$2');
  const parts = token.split('.').length;
  const wrong =
    token.length > longest
      ? `standard input has ${token.length} characters, and no token is longer than ${longest}`
      : /[\s\p{Cc}]/u.test(token)
        ? 'standard input has spaces, line breaks or control characters in the middle: that is no token, or one that was broken on the way'
        : parts === 5
          ? 'standard input is an encrypted token (five parts): no cluster can read it'
          : parts === 3
            ? null
            : 'standard input is no token: a token has three parts with dots between them';
  return wrong === null ? { token } : { wrong };
}
