import { type Platform, platforms } from '../platforms.ts';
import type { Sandbox } from '../running.ts';

/** An answer of the sandbox's own API. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}
export type Fields = Readonly<Record<string, unknown>>;
export type Call = (sandbox: Sandbox, fields: Fields) => Promise<Answer> | Answer;

/** A request that the API can't understand: said with what was wrong and what would do. */
export class Wrong extends Error {}

/** Who does it, on which platform: every call about people starts with these two. */
export function person(sandbox: Sandbox, f: Fields): string {
  const key = text(f, 'as');
  if (!sandbox.facts.people.some((p) => p.key === key))
    throw new Wrong(`as: nobody here is called "${key}"; write one of ${sandbox.facts.people.map((p) => p.key).join(', ')}`);
  platform(f);
  return key;
}

export function platform(f: Fields): Platform {
  const named = platforms.find((one) => one === f['platform']);
  if (named === undefined) throw new Wrong(`platform: write ${platforms.map((one) => `"${one}"`).join(' or ')}`);
  return named;
}

export function text(f: Fields, name: string): string {
  const value = f[name];
  if (typeof value !== 'string' || value === '') throw new Wrong(`${name}: write a string, it can't be empty`);
  return value;
}

/** What may be left out. */
export const textIfAny = (f: Fields, name: string): string | undefined => (f[name] === undefined ? undefined : text(f, name));

/** What was filled in: `{ "field": "text" }`. */
export function inputIn(f: Fields): Readonly<Record<string, string>> {
  const { input } = f;
  if (
    typeof input !== 'object' ||
    input === null ||
    Array.isArray(input) ||
    Object.values(input).some((v) => typeof v !== 'string')
  )
    throw new Wrong('input: write an object with a string for each field, like {"reason":"Q4 numbers"}');
  return input as Record<string, string>;
}

/** What came of it for the person: the platform's own no (404), or that the bot did not take it (502: no answer, too late, an error). */
export function done({ status, ...body }: Outcome): Answer {
  return { status: body.ok ? 200 : said.includes(status) ? status : 502, body };
}

export interface Outcome {
  readonly ok: boolean;
  readonly status: number;
  readonly error?: string;
  /** What is wrong with what was filled in, by field. */
  readonly errors?: Readonly<Record<string, string>>;
  readonly said?: string;
}

/** What the platform's own client says before anything is sent. */
const said = [400, 404, 422];
