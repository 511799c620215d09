// Loaded before every test file: says which one begins, for reporter.mjs. Node's events only name the file that a test is written in,
// and a contract suite is written in another one than the file that runs it.
import { isMainThread } from 'node:worker_threads';

// Node gives this to the processes of test files; the runner itself, and what a test starts in a thread, are none.
if (isMainThread && process.env.NODE_TEST_CONTEXT !== undefined) process.stdout.write(`‣ begins ${process.argv[1]}\n`);
