/** The contract of the Entra adapter. */
import { inTrustingProcesses } from './trusting-process.ts';

inTrustingProcesses(
  import.meta.url,
  ['entra-directory-contract.ts', 'entra-faults-contract.ts', 'entra-issuer-contract.ts'],
  'ENTRA_TEST_DIR',
);
