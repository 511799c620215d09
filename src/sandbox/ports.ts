import { createServer } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const names = ['bot', 'slack', 'entra', 'cockroach'] as const;
export type Ports = { readonly [N in (typeof names)[number]]: number };

/**
 * A port for everything that is not the page. Chosen once and kept in DIR, so that addresses that people noted keep working; one
 * that somebody else took meanwhile is chosen anew.
 */
export async function choosePorts(dir: string): Promise<Ports> {
  const file = join(dir, 'ports.json');
  const kept = read(file);
  const ports: Record<string, number> = {};
  for (const name of names) {
    const before = kept[name];
    ports[name] = before !== undefined && (await isFree(before)) ? before : await anyFree(Object.values(ports));
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
    const port = await listenOnce(0);
    if (port !== null && !taken.includes(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== null;
}

/** Listens and lets go again; null: taken. */
function listenOnce(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const at = server.address();
      server.close(() => resolve(typeof at === 'object' && at !== null ? at.port : null));
    });
  });
}
