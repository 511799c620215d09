/** The views that are open in front of people, one stack a person, and everybody's App Home (docs.slack.dev/surfaces/modals). */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from './checks.ts';
import { fieldsOf, type Filled, keyOf } from './fields.ts';
import { Refused } from './refused.ts';

export interface View {
  readonly id: string;
  readonly user: string;
  readonly type: 'modal' | 'home';
  /** As the bot sent it, each block with an id. */
  readonly content: Json;
  readonly blocks: readonly Json[];
  readonly hash: string;
  readonly root: string;
  readonly previous: string | null;
  readonly filled: Filled;
  /** What is wrong with what was sent, by block id; `''`: with the form as a whole. */
  readonly errors: Readonly<Record<string, string>>;
  readonly at: string;
}

/** docs.slack.dev/surfaces/modals, "Pushing modals": three at a time. */
const mostInStack = 3;

export class Views {
  readonly #stacks = new Map<string, View[]>();
  readonly #homes = new Map<string, View>();
  readonly #file: string;
  readonly #now: () => number;
  readonly #changed: () => void;

  constructor(dir: string, now: () => number, changed: () => void) {
    this.#file = join(dir, 'homes.json');
    this.#now = now;
    this.#changed = changed;
    for (const home of readHomes(this.#file)) this.#homes.set(home.user, home);
  }

  /** A first form: what stood open before is gone. */
  open(user: string, content: Json): View {
    this.#unused(content);
    return this.#stack(user, [this.#made(user, content)]);
  }

  /** A form over the one in which the trigger came about. @throws Refused */
  push(user: string, over: string | null, content: Json): View {
    const stack = this.#stacks.get(user) ?? [];
    const below = stack.find((view) => view.id === over);
    if (below === undefined) throw new Refused('not_found');
    if (stack.length >= mostInStack) throw new Refused('push_limit_reached');
    this.#unused(content);
    return this.#stack(user, [...stack, { ...this.#made(user, content), root: below.root, previous: below.id }]);
  }

  /** Puts other content into a view that is open or published. @throws Refused */
  update(view: View, content: Json, hash?: string): View {
    if (hash !== undefined && hash !== view.hash) throw new Refused('hash_conflict');
    if (content.external_id !== view.content.external_id) this.#unused(content);
    const made = this.#made(view.user, content);
    const kept = new Set(fieldsOf(made.blocks).map(keyOf));
    const filled = new Map([...view.filled].filter(([key]) => kept.has(key)));
    return this.replace(view.id, { ...made, id: view.id, root: view.root, previous: view.previous, filled });
  }

  /** @throws Refused */
  publish(user: string, content: Json, hash?: string): View {
    const home = this.#homes.get(user);
    if (home !== undefined) return this.update(home, content, hash);
    if (hash !== undefined) throw new Refused('hash_conflict');
    this.#unused(content);
    return this.#keepHome(this.#made(user, content));
  }

  /** Writes down what the person filled in, or what came back. */
  replace(id: string, to: View): View {
    if (to.type === 'home') return this.#keepHome(to);
    const stack = this.#stacks.get(to.user) ?? [];
    this.#stack(
      to.user,
      stack.map((view) => (view.id === id ? to : view)),
    );
    return to;
  }

  /** Takes a form away, and with `all` those below it. The bot may have opened others meanwhile: they stay. */
  close({ id, user }: View, all = false): void {
    const stack = this.#stacks.get(user) ?? [];
    const open = stack.some((view) => view.id === id);
    this.#stacks.set(user, all && open ? [] : stack.filter((view) => view.id !== id));
    this.#changed();
  }

  top(user: string): View | undefined {
    return this.#stacks.get(user)?.at(-1);
  }

  stack(user: string): readonly View[] {
    return this.#stacks.get(user) ?? [];
  }

  home(user: string): View | undefined {
    return this.#homes.get(user);
  }

  find(is: (view: View) => boolean): View | undefined {
    return [...[...this.#stacks.values()].flat(), ...this.#homes.values()].find(is);
  }

  #made(user: string, content: Json): View {
    const id = `V${randomBytes(5).toString('hex').toUpperCase()}`;
    const { at, hash } = this.#stamp();
    const blocks = content.blocks as readonly Json[];
    const type = content.type === 'home' ? 'home' : 'modal';
    return { id, user, type, content, blocks, hash, root: id, previous: null, filled: new Map(), errors: {}, at };
  }

  #stamp(): { readonly at: string; readonly hash: string } {
    const now = this.#now();
    return { at: new Date(now).toISOString(), hash: `${Math.floor(now / 1000)}.${randomBytes(4).toString('hex')}` };
  }

  /** An external id is unique among all views of a workspace (docs.slack.dev/reference/methods/views.open). */
  #unused({ external_id: id }: Json): void {
    if (typeof id !== 'string' || id === '') return;
    if (this.find((view) => view.content.external_id === id) !== undefined) throw new Refused('duplicate_external_id');
  }

  #stack(user: string, stack: readonly View[]): View {
    this.#stacks.set(user, [...stack]);
    this.#changed();
    return stack.at(-1) as View;
  }

  #keepHome(home: View): View {
    this.#homes.set(home.user, home);
    writeFileSync(this.#file, JSON.stringify([...this.#homes.values()].map((view) => ({ ...view, filled: [] }))));
    this.#changed();
    return home;
  }
}

/** A file that was cut off by a kill holds nothing: homes are published again when they are opened. */
function readHomes(file: string): View[] {
  if (!existsSync(file)) return [];
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as View[]).map((view) => ({ ...view, filled: new Map() }));
  } catch {
    return [];
  }
}
