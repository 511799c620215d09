import { fileURLToPath } from 'node:url';

/** Where the project lies. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url));
