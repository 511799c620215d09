import { channels } from '../people.ts';
import type { QueueFault } from '../queue-fault.ts';
import type { Sandbox } from '../running.ts';
import type { ChaosFault, StandIn } from '../stand-in.ts';

/** How each fault of a target is switched on; `none` mends the target. */
type Faults = { readonly [fault: string]: (sandbox: Sandbox) => Promise<void> | void };

function standIn(of: (sandbox: Sandbox) => StandIn, faults: readonly ChaosFault[]): Faults {
  return Object.fromEntries(faults.map((fault) => [fault, (sandbox: Sandbox) => of(sandbox).fault(fault)]));
}

function queue(faults: readonly QueueFault[]): Faults {
  return Object.fromEntries(faults.map((fault) => [fault, (sandbox: Sandbox) => sandbox.queueFault(fault)]));
}

/** The watch over clusters and keys, as `npm run -s cli -- watch pause` and `resume` do it. */
function watcher(command: 'pause' | 'resume'): (sandbox: Sandbox) => Promise<void> {
  return async ({ cli }) => {
    const { code, err, out } = await cli('watch', command);
    if (code !== 0) throw new Error(`watch ${command} ended with ${code}: ${err || out}`);
  };
}

/** Slack's own faults, and an admin who archives the approvers' channel; each replaces the other. */
const slackFaults: Faults = {
  ...Object.fromEntries(
    (['429', 'down', 'slow', 'none'] as const).map((fault) => [
      fault,
      ({ slack }: Sandbox) => {
        slack.archive(channels.approvers.id, false);
        slack.fault(fault);
      },
    ]),
  ),
  'archive-approvers': ({ slack }) => {
    slack.fault('none');
    slack.archive(channels.approvers.id);
  },
};

const targets = new Map<string, Faults>([
  ['graph', standIn((sandbox) => sandbox.entra, ['429', 'down', 'slow', 'none'])],
  ['slack', slackFaults],
  ['teams', standIn((sandbox) => sandbox.teams, ['429', 'down', 'slow', 'none'])],
  ['cockroach', standIn((sandbox) => sandbox.cockroach, ['down', 'hang', 'slow', 'none'])],
  ['queue', queue(['flush', 'down', 'none'])],
  ['bot', { kill: ({ bot }) => bot.kill(), down: ({ bot }) => bot.stop(), none: ({ bot }) => bot.resume() }],
  ['watcher', { down: watcher('pause'), none: watcher('resume') }],
]);

/** What can be broken, and how. */
export const chaosTargets: ReadonlyMap<string, readonly string[]> = new Map(
  [...targets].map(([target, faults]) => [target, Object.keys(faults)]),
);

/** Over as soon as they have happened. */
const momentary = ['flush', 'kill'];
const present = new WeakMap<Sandbox, Map<string, string>>();

/** The fault that is on, by target; `none` where nothing is. */
export function faultsOf(sandbox: Sandbox): Readonly<Record<string, string>> {
  return Object.fromEntries([...targets.keys()].map((target) => [target, present.get(sandbox)?.get(target) ?? 'none']));
}

async function switchTo(sandbox: Sandbox, target: string, fault: string): Promise<void> {
  await targets.get(target)?.[fault]?.(sandbox);
  const own = present.get(sandbox) ?? new Map<string, string>();
  present.set(sandbox, own.set(target, momentary.includes(fault) ? 'none' : fault));
}

const timers = new WeakMap<Sandbox, Map<string, NodeJS.Timeout>>();

/** Switches a fault on and, after `seconds`, off again. A later call for the same target replaces the earlier one. */
export async function startChaos(sandbox: Sandbox, target: string, fault: string, seconds: number | undefined): Promise<void> {
  const own = timers.get(sandbox) ?? new Map<string, NodeJS.Timeout>();
  timers.set(sandbox, own);
  clearTimeout(own.get(target));
  await switchTo(sandbox, target, fault);
  if (seconds === undefined || fault === 'none') return;
  const mend = (): Promise<void> => switchTo(sandbox, target, 'none');
  own.set(target, setTimeout(() => void mend().catch(() => undefined), seconds * 1000).unref());
}
