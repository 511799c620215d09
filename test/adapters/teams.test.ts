/** The contract of the Teams adapter, against the stand-in. */
import { inTrustingProcesses } from './trusting-process.ts';

inTrustingProcesses(
  import.meta.url,
  ['teams-guard-contract.ts', 'teams-inbound-contract.ts', 'teams-chat-contract.ts', 'teams-port-contract.ts'],
  'TEAMS_TEST_DIR',
);
