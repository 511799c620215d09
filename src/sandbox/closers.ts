/** What a sandbox has opened, and the order in which it ends: the bot while everything that it talks to still answers, then the rest. */
const stages = ['bot', 'page', 'stand-in'] as const;
/** The longest that one stage may take. Together they stay below the 8 seconds in which Ctrl-C gives the terminal back. */
const seconds: { readonly [S in Stage]: number } = { bot: 3.5, page: 0.5, 'stand-in': 3 };
type Stage = (typeof stages)[number];

export interface Closers {
  /** Takes over what was opened. Once everything is being closed: closes it at once, and throws. */
  add(stage: Stage, name: string, close: () => Promise<void>): Promise<void>;
  closing(): boolean;
  /** Safe to call twice. What hangs is left behind after its time: the next stage, and in the end the process, must not wait for it. */
  close(): Promise<void>;
}

export function openClosers(log: (line: string) => void): Closers {
  const opened: { readonly stage: Stage; readonly name: string; readonly close: () => Promise<void> }[] = [];
  let closed: Promise<void> | undefined;

  async function end({ stage, name, close }: (typeof opened)[number]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((done) => {
      timer = setTimeout(() => done('late'), seconds[stage] * 1000);
    });
    const how = await Promise.race([close().catch((error: unknown) => log(`${name}: ${String(error)}`)), late]);
    clearTimeout(timer);
    if (how === 'late') log(`${name} did not stop within ${seconds[stage]} s`);
  }

  async function all(): Promise<void> {
    for (const stage of stages) await Promise.all(opened.filter((thing) => thing.stage === stage).map(end));
  }

  return {
    add: async (stage, name, close) => {
      const thing = { stage, name, close };
      if (closed === undefined) return void opened.push(thing);
      await end(thing);
      throw new Error('stopped while it was starting');
    },
    closing: () => closed !== undefined,
    close: () => (closed ??= all()),
  };
}
