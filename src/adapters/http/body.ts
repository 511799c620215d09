import type { IncomingMessage } from 'node:http';

/**
 * The whole body of a request, or null when it is longer than `most` bytes.
 *
 * @throws when the sender goes away
 */
export async function readBody(req: IncomingMessage, most: number): Promise<Buffer | null> {
  if (Number(req.headers['content-length'] ?? 0) > most) return null;
  const parts: Buffer[] = [];
  let length = 0;
  // Not destroyed when we stop early: the refusal goes out over the same socket.
  for await (const part of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
