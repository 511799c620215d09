/** The page's own part of the server: its files, and what it is told while it is open (Server-Sent Events). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { commandName, words } from '../../core/command/grammar.ts';
import { quote } from '../files.ts';
import type { Sandbox } from '../running.ts';
import type { Screen } from '../slack/screen.ts';
import { serveAsset } from './assets.ts';
import { chaosTargets } from './chaos.ts';
import type { About } from './feed.ts';
import { residents } from './residents.ts';
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
/** A conversation is shown from its newest messages: a sandbox that is used for days must not make the page slow. */
const mostMessages = 300;

/** @param folder where the build left the page */
export function openLive(sandbox: Sandbox, folder: string): Live {
  const listeners = new Set<Listener>();
  let watched: Watched | null = null;
  let unsubscribe: (() => void) | null = null;
  let hasSlackChanged = false;
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
      if (hasSlackChanged) send(listener, 'screen', JSON.stringify(screenOf(sandbox, listener.as)));
    }
    hasSlackChanged = false;
  }

  function listen(as: string, req: IncomingMessage, res: ServerResponse): void {
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    const listener: Listener = { as, res, sent: new Map() };
    send(listener, 'about', JSON.stringify(aboutOf(sandbox)));
    send(listener, 'screen', JSON.stringify(screenOf(sandbox, as)));
    listeners.add(listener);
    clearTimeout(grace);
    watched ??= watchWorld(sandbox, soon);
    unsubscribe ??= sandbox.slack.onChange(() => {
      hasSlackChanged = true;
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
      const as = new URLSearchParams(query).get('as') ?? '';
      if (path === '/api/live' || path === '/api/screen') {
        if (!sandbox.facts.people.some((person) => person.key === as))
          sendJson(res, 400, { ok: false, error: nobody(sandbox, as) });
        else if (path === '/api/screen') sendJson(res, 200, screenOf(sandbox, as));
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

function screenOf(sandbox: Sandbox, as: string): Screen {
  const screen = sandbox.slack.screen(as);
  return { ...screen, messages: screen.messages.slice(-mostMessages) };
}

function aboutOf(sandbox: Sandbox): About {
  const { dir } = sandbox.facts;
  return {
    people: residents(sandbox),
    commands: words.map(({ usage, says }) => {
      const [fixed = usage] = usage.split(/[<[]/, 1); // up to what the person has to fill in
      return { typed: `${commandName} ${fixed}`, usage: `${commandName} ${usage}`, says };
    }),
    targets: [...chaosTargets].map(([target, faults]) => ({ target, faults })),
    shell: `export PATH=${quote(join(dir, 'bin'))}:"$PATH"`,
    dir,
  };
}
