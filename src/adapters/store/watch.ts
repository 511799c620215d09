import { Fault } from '../../core/errors.ts';
import type { Watch } from '../../core/ports.ts';
import type { Database } from './database.ts';

export function watchOf(_db: Database): Watch {
  const not = async (): Promise<never> => {
    throw new Fault('store_unavailable', 'never', 'not built');
  };
  return {
    paused: async () => null,
    pause: not,
    resume: not,
    turn: async () => false,
    seen: async () => null,
    found: not,
    issuer: async () => null,
    published: not,
    note: async () => null,
    keepNote: not,
  };
}
