import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const names = ['page', 'bot', 'slack', 'teams', 'entra', 'cockroach'] as const;
export type Ports = { readonly [N in (typeof names)[number]]: number };

/** Below the ports that systems give to outgoing connections (Linux 32768, macOS and IANA 49152), which would take a kept one now and then. */
const lowest = 20_000;
const count = 10_000;

/**
 * A port for everything. Chosen once and kept in DIR, so that addresses that people noted keep working; one that somebody else took
 * meanwhile is chosen anew.
 *
 * @param page the page's; 0: chosen like the others
 */
export async function choosePorts(dir: string, page: number): Promise<Ports> {
  const file = join(dir, 'ports.json');
  const kept = read(file);
  const ports: Record<string, number> = {};
  for (const name of names) {
    const before = kept[name];
    const taken = Object.values(ports);
    if (name === 'page' && page !== 0) ports[name] = page;
    else ports[name] = before !== undefined && !taken.includes(before) && (await isFree(before)) ? before : await anyFree(taken);
  }
  writeFileSync(file, `${JSON.stringify(ports, null, 2)}\n`);
  return ports as Ports;
}

function read(file: string): Partial<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<string, number>>;
  } catch {
    return {};
  }
}

async function anyFree(taken: readonly number[]): Promise<number> {
  for (;;) {
    const port = lowest + randomInt(count);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
}

/** Listens and lets go again. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
