/**
 * What speaks against a test run, in words; empty: nothing.
 *
 * @param {{ files: readonly string[], ran: { tests: Record<string, number>, skipped: readonly { file: string, name: string, why: string }[] }, code: number }} run
 *   the files that had to run, how many tests ran in each, what was skipped, and the runner's exit code
 */
export function judge({ files, ran, code }) {
  // A test may leave itself out for one reason only: a program that it needs is not installed here.
  const excused = ran.skipped.filter(({ why }) => why.startsWith('needs '));
  const skipped = ran.skipped.filter((one) => !excused.includes(one));
  const silent = files.filter((file) => (ran.tests[file] ?? 0) === 0 && !excused.some((one) => one.file === file));
  return [
    ...silent.map((file) => `${file}: ran no test`),
    ...(silent.length > 0 ? [`${files.length - silent.length} files ran, and there are ${files.length}`] : []),
    ...skipped.map(({ name }) => `"${name}" was skipped: finish it or delete it (or say what it "needs …")`),
    ...(code !== 0 ? [`the test runner ended with ${code}`] : []),
  ];
}
