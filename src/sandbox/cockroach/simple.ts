/** Simple queries: one text, any number of statements (PostgreSQL docs, "Simple Query"). */
import type { Conversation } from './conversation.ts';
import { toSqlError } from './errors.ts';
import type { Context, Plan } from './sql/plan.ts';
import { planStatement } from './sql/statements.ts';
import { splitStatements } from './sql/tokens.ts';
import * as wire from './wire/messages.ts';

interface Planned {
  readonly text: string;
  readonly plan: Plan;
}

/** Runs all statements of a text and says ReadyForQuery. */
export async function simpleQuery(session: Conversation, sql: string): Promise<void> {
  const { relay } = session;
  try {
    const planned = splitStatements(sql).map(
      (statement): Planned => ({ text: statement.text, plan: planStatement(statement, session.settings) }),
    );
    if (planned.length === 0) relay.out.write(wire.emptyQuery);
    const context = session.context(planned.length === 1);
    // A batch that PostgreSQL can run alone stays one batch, and so one transaction.
    if (planned.length > 1 && planned.every(({ plan }) => plan.how.kind === 'pass')) await batch(session, planned, context);
    else for (const each of planned) if (!(await one(session, each, context))) break;
  } catch (error) {
    await relay.failTransaction();
    relay.out.write(wire.errorResponse(toSqlError(error)));
  }
  relay.out.write(wire.ready(relay.backend.status));
}

async function batch(session: Conversation, planned: readonly Planned[], context: Context): Promise<void> {
  const texts: string[] = [];
  for (const { plan } of planned) if (plan.how.kind === 'pass') texts.push(await plan.how.text(context));
  const what = planned.map(({ plan }) => plan.what).join('; ');
  const sql = texts.join('; ');
  await session.running({ what, text: sql, own: false }, async () => {
    if (planned.some(({ plan }) => plan.how.kind === 'pass' && plan.how.touches)) session.relay.touch();
    session.relay.backend.send(wire.query(sql));
    return await session.relay.hand('Z', what, 'Z');
  });
}

/** @returns false when PostgreSQL has refused it: the rest of the batch is not run */
async function one(session: Conversation, { text, plan }: Planned, context: Context): Promise<boolean> {
  const { how, what } = plan;
  return await session.running({ what, text, own: how.kind === 'own' }, async () => {
    if (how.kind === 'own') {
      await session.answer({ plan: how, what, context, parameters: [], formats: [], describe: true });
      return true;
    }
    const runnable = await how.text(context);
    if (how.touches) session.relay.touch();
    session.relay.backend.send(wire.query(runnable));
    return await session.relay.hand('Z', what, 'Z');
  });
}
