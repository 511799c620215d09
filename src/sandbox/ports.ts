import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

const names = ['page', 'bot', 'slack', 'teams', 'entra', 'cockroach'] as const;
export type Ports = { readonly [N in (typeof names)[number]]: number };

export interface ChosenPorts {
  readonly ports: Ports;
  /** Lets others have them. */
  release(): Promise<void>;
}

/** Below the ports that systems give to outgoing connections (Linux 32768, macOS and IANA 49152), which would take a kept one now and then. */
const lowest = 20_000;
/** Each sandbox has a block of its own. Listening on the block's first port is what makes it its own: the system lets one do so. */
const blockSize = 16;
const blocks = 625;

/**
 * A port for everything, out of a block that no other sandbox has: several that start at the same moment each find their ports free,
 * and would otherwise take them from each other between looking and listening. Chosen once and kept in DIR, so that addresses that people
 * noted keep working; one that somebody else took meanwhile is chosen anew.
 *
 * @param page the page's; 0: chosen like the others
 */
export async function choosePorts(dir: string, page: number): Promise<ChosenPorts> {
  const file = join(dir, 'ports.json');
  const kept = read(file);
  const { first, claim } = await claimBlock(blockOf(kept.bot));
  const ports: Record<string, number> = {};
  for (const name of names) {
    const others = names.flatMap((other) => (other === name ? [] : (kept[other] ?? [])));
    const taken = [...Object.values(ports), ...others];
    if (name === 'page' && page !== 0) ports[name] = page;
    else ports[name] = await freeIn(first, kept[name], taken);
  }
  writeFileSync(file, `${JSON.stringify(ports, null, 2)}\n`);
  return {
    ports: ports as Ports,
    release: () => new Promise<void>((done) => claim.close(() => done())),
  };
}

function read(file: string): Partial<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<string, number>>;
  } catch {
    return {};
  }
}

/** The first port of the block that this port is in; null: it is in none. */
function blockOf(port: number | undefined): number | null {
  if (port === undefined || port < lowest || port >= lowest + blocks * blockSize) return null;
  return port - ((port - lowest) % blockSize);
}

async function claimBlock(kept: number | null): Promise<{ readonly first: number; readonly claim: Server }> {
  for (let first = kept ?? anyBlock(); ; first = anyBlock()) {
    const claim = await listen(first);
    // What holds the claim must not keep a process alive that has ended otherwise.
    if (claim !== null) return { first, claim: claim.unref() };
  }
}

const anyBlock = (): number => lowest + randomInt(blocks) * blockSize;

async function freeIn(first: number, kept: number | undefined, taken: readonly number[]): Promise<number> {
  const own = Array.from({ length: blockSize - 1 }, (_, i) => first + 1 + i).filter((port) => !taken.includes(port));
  const before = kept !== undefined && own.includes(kept) ? [kept] : [];
  for (const port of [...before, ...own]) if (await isFree(port)) return port;
  throw new Error(`none of the ports ${first + 1} to ${first + blockSize - 1} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (server === null) return false;
  await new Promise<void>((done) => server.close(() => done()));
  return true;
}

/** Null: somebody else has it. */
function listen(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
