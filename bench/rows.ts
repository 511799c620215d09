/** The rows of the table, in its order. */

import type { Row } from './harness/row.ts';
import { ack, teamsAck } from './rows/ack.ts';
import { collisions } from './rows/collisions.ts';
import { drain } from './rows/drain.ts';
import { grant, teamsGrant } from './rows/grant.ts';
import { memory } from './rows/memory.ts';
import { past } from './rows/past.ts';
import { start } from './rows/start.ts';
import { statusHanging } from './rows/status-hanging.ts';
import { status } from './rows/status.ts';

export const rows: readonly Row[] = [
  ack,
  teamsAck,
  grant,
  teamsGrant,
  drain,
  memory,
  past,
  start,
  status,
  statusHanging,
  collisions,
];
