import type { Json } from './checks.ts';

/** What a method refuses with: `ok: false`, HTTP 200 (docs.slack.dev/apis/web-api/#responses). */
export class Refused extends Error {
  readonly more: Json;
  constructor(code: string, more: Json = {}) {
    super(code);
    this.more = more;
  }
}

/** What is wrong with an argument, in the manner of Slack's `response_metadata.messages`. */
export function refusedFor(code: string, faults: readonly string[]): Refused {
  return new Refused(code, { errors: faults, response_metadata: { messages: faults.map((f) => `[ERROR] ${f}`) } });
}
