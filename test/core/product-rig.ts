/** One worker of the bot on a real store, and people who type and press: what each of them then has before their eyes. */

import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { openDatabase } from '../../src/adapters/store/database.ts';
import { openStore, type OpenStore } from '../../src/adapters/store/store.ts';
import { type Card, plainText } from '../../src/core/messages/card.ts';
import type { Form } from '../../src/core/messages/form.ts';
import type { Policy } from '../../src/core/policy/policy.ts';
import type { Interaction, World } from '../../src/core/ports.ts';
import type { ButtonId, FormId } from '../../src/core/request/buttons.ts';
import type { AccessRequest, Door, Place } from '../../src/core/request/request.ts';
import { workInteraction } from '../../src/core/work/interaction.ts';
import { receiver } from '../../src/core/work/receive.ts';
import { workRequest } from '../../src/core/work/request.ts';
import { sweep } from '../../src/core/work/sweep.ts';
import { startDatabases, type TestDatabases } from '../contracts/database.ts';
import { unique } from '../contracts/samples.ts';
import { Outside, somePolicy, worldOf } from '../fakes/world.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Gives each test of a file a fresh store and world. `name`: letters and underscores. */
export function product(name: string): Product {
  const it = new Product();
  let databases: TestDatabases;
  before(async () => {
    databases = await startDatabases(name);
  });
  beforeEach(async () => {
    await it.close();
    await it.open(await databases.create());
  });
  after(async () => {
    await it.close();
    await databases.stop();
  });
  return it;
}

export class Product {
  o = new Outside();
  /** Of the store. */
  url = '';
  #store: OpenStore | null = null;
  #reading: ReturnType<typeof openDatabase> | null = null;
  #world: World | null = null;

  get world(): World {
    assert.ok(this.#world);
    return this.#world;
  }

  async open(url: string): Promise<void> {
    this.url = url;
    this.#reading = openDatabase(url, quiet);
    this.#store = await openStore({ url, log: quiet, holder: 'one', leaseSeconds: 5 });
    await this.#store.migrate();
    this.o = new Outside();
    this.says(somePolicy());
  }

  async close(): Promise<void> {
    await this.#store?.close();
    await this.#reading?.close();
    this.#store = null;
    this.#reading = null;
  }

  /** From now on the bot works by this policy. */
  says(policy: Policy): void {
    assert.ok(this.#store);
    this.#world = worldOf(this.#store, this.o, policy);
  }

  async sql(text: string): Promise<readonly Record<string, unknown>[]> {
    return (await this.#reading?.sql(text)) as Record<string, unknown>[];
  }

  async types(door: Door, text: string): Promise<void> {
    await this.#receive({ kind: 'command', key: unique('key-'), door, reply: 'r', text });
  }

  async presses(door: Door, button: ButtonId, about: string, place: Place | null = null): Promise<void> {
    await this.#receive({ kind: 'press', key: unique('key-'), door, reply: 'r', button, about, place });
  }

  async sends(
    door: Door,
    form: FormId,
    about: string,
    values: Readonly<Record<string, string>>,
    place: Place | null = null,
  ): Promise<void> {
    await this.#receive({ kind: 'submit', key: unique('key-'), door, reply: 'r', form, about, values, place });
  }

  async looksAtHome(door: Door): Promise<Card> {
    await this.#receive({ kind: 'home', key: unique('key-'), door, reply: '' });
    return this.home(door);
  }

  async #receive(interaction: Interaction): Promise<void> {
    const { store, jobs, log } = this.world;
    await receiver(store, jobs, log)(interaction);
    for (const id of await store.interactions.unworked(10)) await workInteraction(this.world, id);
  }

  /** Does everything that is owed. */
  async settle(): Promise<void> {
    for (let i = 0; i < 3; i += 1) await sweep(this.world, 2);
  }

  /** The one request of this person that is in this state, after everything that is owed was done. */
  async request(door: Door, state: AccessRequest['state']): Promise<AccessRequest> {
    await this.settle();
    const all = await this.world.store.requests.ofPerson(`oid-${door.user}`, 50);
    const found = all.filter((r) => r.state === state);
    assert.equal(found.length, 1, `${door.user}: ${all.map((r) => `${r.entitlement} ${r.state}`).join(', ')}`);
    return found[0] as AccessRequest;
  }

  /** A request whose card stands before the approvers. */
  async pending(door: Door, what = 'analytics'): Promise<{ request: AccessRequest; place: Place }> {
    await this.types(door, `request ${what}`);
    const request = await this.request(door, 'pending');
    return { request, place: this.placeOf(request.id) };
  }

  /** A request that somebody approved and that is granted. */
  async granted(door: Door, by: Door, what = 'analytics'): Promise<AccessRequest> {
    const { request, place } = await this.pending(door, what);
    await this.presses(by, 'approve', request.id, place);
    await this.settle();
    const now = await this.world.store.requests.get(request.id);
    assert.equal(now?.state, 'granted', JSON.stringify(now?.waiting));
    return now as AccessRequest;
  }

  placeOf(requestId: string): Place {
    const card = this.o.posted.find((m) => m.tag?.requestId === requestId && m.tag.kind === 'approval');
    assert.ok(card, 'the card is posted');
    return card.place;
  }

  /** The approvers' card as it stands now. */
  async card(requestId: string): Promise<string> {
    await workRequest(this.world, requestId);
    const { channel, message } = this.placeOf(requestId);
    const card = this.o.shown.get(`${channel}:${message}`);
    assert.ok(card);
    return plainText(card);
  }

  /** What this person was answered last. */
  answer(door: Door): string {
    return plainText(this.answerCard(door));
  }

  answerCard(door: Door): Card {
    const last = this.o.answered.filter((a) => a.to === door.user).at(-1);
    assert.ok(last, `${door.user} was answered`);
    return last.card;
  }

  /** What the bot sent this person as direct messages. */
  messages(door: Door): readonly string[] {
    return this.o.posted.filter((m) => m.to === `D${door.user}`).map((m) => plainText(m.card));
  }

  /** What the admins were told. */
  async alerts(): Promise<readonly string[]> {
    await this.settle();
    const channels = Object.values(this.world.policy.admins.channels);
    return this.o.posted.filter((m) => channels.includes(m.to)).map((m) => plainText(m.card));
  }

  /** The form that stands open before this person, as it is now. */
  form(door: Door): Form {
    const last = this.o.opened.filter((f) => f.to === door.user).at(-1);
    assert.ok(last, `a form is open before ${door.user}`);
    return last.became.at(-1) ?? last.form;
  }

  home(door: Door): Card {
    const last = this.o.homes.filter((h) => h.to === door.user).at(-1);
    assert.ok(last, `${door.user} sees the bot's page`);
    return last.card;
  }
}

/** A form's words, fields and all. */
export function formText(form: Form): string {
  const fields = form.fields.map((f) => `${f.label} (${f.hint})`);
  return [plainText({ title: [form.title], blocks: form.blocks }), ...fields].join('\n');
}

/** What can be pressed on a card, and what it is about. */
export function buttonsOf(card: Card): readonly string[] {
  return card.blocks.flatMap((b) => (b.kind === 'buttons' ? b.buttons.map((one) => `${one.id} ${one.about}`.trim()) : []));
}
