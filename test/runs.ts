/**
 * How often a property is tried: so often that `npm test` stays short, and with SOAK=1 (in .ci/run) as often as it takes to come upon
 * what is rare.
 */
export const runs = (usual: number, soak: number): { readonly numRuns: number } => ({
  numRuns: process.env['SOAK'] === '1' ? soak : usual,
});
