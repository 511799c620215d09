import type { Sandbox } from '../running.ts';
import type { ChaosFault } from '../stand-in.ts';

/** What can be broken, and how. */
export const chaosTargets: { readonly [target: string]: readonly string[] } = {
  graph: ['429', 'down', 'slow', 'none'],
  slack: ['429', 'down', 'slow', 'none'],
  cockroach: ['down', 'slow', 'none'],
  queue: ['flush', 'down', 'none'],
  bot: ['kill', 'none'],
};

const timers = new Map<string, NodeJS.Timeout>();

/** Switches a fault on and, after `seconds`, off again. A later call for the same target replaces the earlier one. */
export async function startChaos(sandbox: Sandbox, target: string, fault: string, seconds: number | undefined): Promise<void> {
  clearTimeout(timers.get(target));
  await apply(sandbox, target, fault);
  if (seconds !== undefined && fault !== 'none') {
    timers.set(target, setTimeout(() => void apply(sandbox, target, 'none').catch(() => undefined), seconds * 1000).unref());
  }
}

async function apply(sandbox: Sandbox, target: string, fault: string): Promise<void> {
  if (target === 'bot') {
    if (fault === 'kill') sandbox.bot.kill();
    return;
  }
  if (target === 'queue') {
    await sandbox.queueFault(fault as 'flush' | 'down' | 'none');
    return;
  }
  const standIn = { graph: sandbox.entra, slack: sandbox.slack, cockroach: sandbox.cockroach }[target];
  standIn?.fault(fault as ChaosFault);
}
