import { policySchema } from '../adapters/files/policy-schema.ts';
import type { ExitCode, Output } from './output.ts';

/** Prints the policy file's JSON Schema: what docs/policy.schema.json holds. */
export function printPolicySchema(out: Output): ExitCode {
  out.stdout(`${JSON.stringify(policySchema(), null, 2)}\n`);
  return 0;
}
