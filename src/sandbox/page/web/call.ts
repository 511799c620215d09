/** What people do on the page, sent to the sandbox's API (docs/sandbox.md). */

export interface Outcome {
  readonly ok: boolean;
  readonly error?: string;
  readonly errors?: Readonly<Record<string, string>>;
}

const platform = 'slack';

/** What came of it. An outage is an outcome too: it says so. */
export async function post(path: string, body: Readonly<Record<string, unknown>>): Promise<Outcome> {
  try {
    const res = await fetch(`/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ platform, ...body }),
    });
    return (await res.json()) as Outcome;
  } catch {
    return { ok: false, error: 'the sandbox does not answer' };
  }
}

/** @throws Error with what the sandbox says */
export async function get<T>(path: string, query: Readonly<Record<string, string>>): Promise<T> {
  const res = await fetch(`/api/${path}?${new URLSearchParams({ platform, ...query })}`);
  const answer = (await res.json()) as T & { readonly error?: string };
  if (!res.ok) throw new Error(answer.error ?? `it answered ${res.status}`);
  return answer;
}
