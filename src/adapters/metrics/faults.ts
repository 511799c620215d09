import { Fault } from '../../core/errors.ts';

/** Counts what a port throws, each fault once: where it came from, and not at every port that it passes through. */
export interface FaultCounter {
  /** The same port, watched. */
  watch<T extends object>(port: string, of: T): T;
  /** Runs somebody's work, whose faults are not those of the port that runs it. */
  foreign<A extends readonly unknown[], R>(work: (...args: A) => R): (...args: A) => R;
}

/** What is thrown, as a label. */
export const codeOf = (thrown: unknown): string => (thrown instanceof Fault ? thrown.code : 'unexpected');

export function faultCounter(count: (port: string, code: string) => void): FaultCounter {
  const known = new WeakSet<object>();

  const first = (thrown: unknown): boolean => {
    if (typeof thrown !== 'object' || thrown === null || known.has(thrown)) return false;
    known.add(thrown);
    return true;
  };

  /** Looks at what is thrown, now or later, and lets it pass. */
  const looking = <R>(run: () => R, look: (thrown: unknown) => unknown): R => {
    const pass = (thrown: unknown): never => {
      look(thrown);
      throw thrown;
    };
    try {
      const result = run();
      return result instanceof Promise ? (result.catch(pass) as R) : result;
    } catch (thrown) {
      return pass(thrown);
    }
  };

  const foreign: FaultCounter['foreign'] =
    (work) =>
    (...args) =>
      looking(() => work(...args), first);

  const call = (port: string, method: (...args: unknown[]) => unknown, of: object, args: readonly unknown[]): unknown => {
    const handed = args.map((arg) => (typeof arg === 'function' ? foreign(arg as (...rest: unknown[]) => unknown) : arg));
    return looking(
      () => method.apply(of, handed),
      (thrown) => first(thrown) && count(port, codeOf(thrown)),
    );
  };

  return {
    foreign,
    watch: (port, of) =>
      new Proxy(of, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key);
          if (typeof value !== 'function' || key === 'probe') return value;
          return (...args: unknown[]) => call(port, value as (...rest: unknown[]) => unknown, target, args);
        },
      }),
  };
}
