import { Fault } from '../../core/errors.ts';
import { tooSlow } from './faults.ts';
import { type Deadline, reasonOf, retryAfterSeconds } from './patience.ts';

export type Document = Readonly<Record<string, unknown>>;

/** Entra's two documents have some 2 KB and some 15 KB. */
const largest = 256 * 1024;

export const misdirected = (says: string): Fault =>
  new Fault('directory_refused', 'never', `${says}; check AZURE_AUTHORITY_HOST and AZURE_TENANT_ID`);

/**
 * A JSON document of the authority, from this very address: no redirects, not more than it can have, not longer than the deadline.
 *
 * @throws Fault directory_unavailable, or directory_refused when the authority says no to the question itself
 */
export async function readDocument(url: string, until: Deadline): Promise<Document> {
  const response = await reach(url, until);
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    const retryAfter = retryAfterSeconds(response.headers.get('retry-after'));
    throw new Fault(
      'directory_unavailable',
      'later',
      `Microsoft Entra answered with HTTP ${response.status}`,
      retryAfter === undefined ? {} : { retryAfter },
    );
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw misdirected(`Microsoft Entra answered with HTTP ${response.status} for this tenant`);
  }
  return parsed(await body(response, until));
}

async function reach(url: string, until: Deadline): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'error', signal: until.signal, headers: { accept: 'application/json' } });
  } catch (error) {
    throw unreachable(error, until);
  }
}

async function body(response: Response, until: Deadline): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > largest) throw misdirected(`Microsoft Entra's answer is larger than ${largest} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(error, until);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(error: unknown, until: Deadline): Fault {
  if (error instanceof Fault) return error;
  if (until.signal.aborted) return tooSlow('Microsoft Entra', until, error);
  return new Fault('directory_unavailable', 'later', `Microsoft Entra can't be reached: ${reasonOf(error)}`, {
    cause: error,
  });
}

function parsed(text: string): Document {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Document;
  } catch {
    // Said below: a page of a proxy, say.
  }
  throw new Fault('directory_unavailable', 'later', 'Microsoft Entra answered something that is not JSON');
}
