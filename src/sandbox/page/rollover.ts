/** A rollover of the tenant's signing keys, phase by phase. */
import type { Sandbox } from '../running.ts';
import { type Call, text, Wrong } from './call.ts';

type Rollover = Sandbox['entra']['rollover'];

/** In the order of a rollover. */
const phases: Readonly<Record<string, (rollover: Rollover) => string | null>> = {
  publish: (rollover) => rollover.publish(),
  sign: (rollover) => rollover.sign(),
  withdraw: (rollover) => rollover.withdraw(),
};

/** `GET api/keys`: the published keys. */
export const keysNow: Call = ({ entra }) => ({ status: 200, body: { keys: entra.rollover.kids() } });

/** `POST api/keys` `{ do }`: one phase, and which key it was about. */
export const rollOver: Call = ({ entra }, f) => {
  const name = text(f, 'do');
  const phase = Object.hasOwn(phases, name) ? phases[name] : undefined;
  if (phase === undefined) throw new Wrong(`do: "${name}" is unknown; write one of ${Object.keys(phases).join(', ')}`);
  const kid = phase(entra.rollover);
  if (kid === null) throw new Wrong('do: no key has signed before the present one, or it is withdrawn already');
  return { status: 200, body: { ok: true, kid, keys: entra.rollover.kids() } };
};
