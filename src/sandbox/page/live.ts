/** The page's own part of the server: its files, and what it is told while it is open (Server-Sent Events). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { commandName, commandNames, words } from '../../core/command/grammar.ts';
import { quote } from '../files.ts';
import type { Sandbox } from '../running.ts';
import { serveAsset } from './assets.ts';
import { chaosTargets } from './chaos.ts';
import type { About, Offered } from './feed.ts';
import { type Platform, platforms } from '../platforms.ts';
import { residents } from './residents.ts';
import { onScreenChange, screenOf } from './screens.ts';
import { type Watched, watchWorld } from './world.ts';

export interface Live {
  /** Answers what the page asks for; false: it is for the API. */
  handle(req: IncomingMessage, res: ServerResponse): boolean;
  close(): void;
}

interface Listener {
  readonly as: string;
  readonly res: ServerResponse;
  /** What was sent last, by the event's name. */
  readonly sent: Map<string, string>;
}

/** Somebody who changes to another person, or reloads, is back at once. */
const graceMs = 3000;
/** What happens at once is told at once, once. */
const togetherMs = 30;

/** @param folder where the build left the page */
export function openLive(sandbox: Sandbox, folder: string): Live {
  const listeners = new Set<Listener>();
  let watched: Watched | null = null;
  let unsubscribe: (() => void) | null = null;
  const changed = new Set<Platform>();
  let timer: NodeJS.Timeout | undefined;
  let grace: NodeJS.Timeout | undefined;

  function soon(): void {
    timer ??= setTimeout(tell, togetherMs);
  }

  function tell(): void {
    timer = undefined;
    if (watched === null) return;
    const world = watched.now();
    for (const listener of listeners) {
      if (world !== null) send(listener, 'world', JSON.stringify(world));
      for (const platform of changed) sendScreen(sandbox, listener, platform);
    }
    changed.clear();
  }

  function listen(as: string, req: IncomingMessage, res: ServerResponse): void {
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    const listener: Listener = { as, res, sent: new Map() };
    send(listener, 'about', JSON.stringify(aboutOf(sandbox)));
    for (const platform of platforms) sendScreen(sandbox, listener, platform);
    listeners.add(listener);
    clearTimeout(grace);
    watched ??= watchWorld(sandbox, soon);
    unsubscribe ??= onScreenChange(sandbox, (platform) => {
      changed.add(platform);
      soon();
    });
    soon();
    req.once('close', () => leave(listener));
  }

  /** Nobody looks any more: nothing is asked any more. */
  function leave(listener: Listener): void {
    listeners.delete(listener);
    if (listeners.size === 0) grace = setTimeout(close, graceMs);
  }

  function close(): void {
    clearTimeout(grace);
    watched?.stop();
    unsubscribe?.();
    watched = unsubscribe = null;
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    close,
    handle(req, res) {
      if (req.method !== 'GET' && req.method !== 'HEAD') return false;
      // Not by `new URL`, which throws at request lines that no browser sends.
      const [path = '/', query = ''] = (req.url ?? '/').split('?', 2);
      const asked = new URLSearchParams(query);
      const as = asked.get('as') ?? '';
      if (path === '/api/live' || path === '/api/screen') {
        const on = platforms.find((one) => one === (asked.get('platform') ?? 'slack'));
        if (!sandbox.facts.people.some((person) => person.key === as))
          sendJson(res, 400, { ok: false, error: nobody(sandbox, as) });
        else if (on === undefined) sendJson(res, 400, { ok: false, error: `platform: write one of ${platforms.join(', ')}` });
        else if (path === '/api/screen') sendJson(res, 200, screenOf[on](sandbox, as));
        else if (req.method === 'GET') listen(as, req, res);
        else return false;
        return true;
      }
      // Programs and `curl` get what they can read: how to drive the sandbox, from the API.
      if (path === '/' && req.headers.accept?.includes('text/html') !== true) return false;
      return serveAsset(folder, path, req, res);
    },
  };
}

/** Whole snapshots, and only those that differ from the last. */
function send({ res, sent }: Listener, event: string, data: string): void {
  if (sent.get(event) === data) return;
  sent.set(event, data);
  res.write(`event: ${event}\ndata: ${data}\n\n`);
}

function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(`${JSON.stringify(body)}\n`);
}

function nobody(sandbox: Sandbox, as: string): string {
  return `as: nobody here is called "${as}"; write one of ${sandbox.facts.people.map((person) => person.key).join(', ')}`;
}

function sendScreen(sandbox: Sandbox, listener: Listener, platform: Platform): void {
  send(listener, platform, JSON.stringify(screenOf[platform](sandbox, listener.as)));
}

function offered(usage: string, says: string): Offered {
  const [typed = usage] = usage.split(/[<[]/, 1); // up to what the person has to fill in
  return { typed, usage, says };
}

/** Commands that stand for one word, each as it is typed on any platform. */
const ofOneWord = Object.entries(commandNames).flatMap(([name, word]) =>
  words.filter((one) => one.name === word).map(({ usage, says }) => offered(usage.replace(word, name), says)),
);

function aboutOf(sandbox: Sandbox): About {
  const { dir } = sandbox.facts;
  return {
    people: residents(sandbox),
    commands: [...words.map(({ usage, says }) => offered(usage, says)), ...ofOneWord],
    slashCommands: [...words.map(({ usage, says }) => offered(`${commandName} ${usage}`, says)), ...ofOneWord],
    slashNames: Object.keys(commandNames),
    targets: [...chaosTargets].map(([target, faults]) => ({ target, faults })),
    shell: `export PATH=${quote(join(dir, 'bin'))}:"$PATH"`,
    dir,
  };
}
