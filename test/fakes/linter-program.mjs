// src/adapters/linter/worker.ts as it is written: a thread does not have the loader of TypeScript that the tests were started with.
import { register } from 'tsx/esm/api';

register();
await import('../../src/adapters/linter/worker.ts');
