import { withoutSecrets } from '../command/secrets.ts';
import { plainReason } from '../messages/plain-reason.ts';
import type { Interaction, Jobs, Log, Receive, Store } from '../ports.ts';

/**
 * Free text, by the kind of interaction. A secret that somebody pasted must not be kept, not even until it is worked; and what hides
 * in control characters, or can't be stored at all (NUL), goes first.
 */
function cleaned(interaction: Interaction): Interaction {
  switch (interaction.kind) {
    case 'command':
      return { ...interaction, text: withoutSecrets(plainReason(interaction.text)) };
    case 'submit':
      return {
        ...interaction,
        values: Object.fromEntries(
          Object.entries(interaction.values).map(([id, value]) => [id, withoutSecrets(plainReason(value))]),
        ),
      };
    default:
      return interaction;
  }
}

/** Takes what people typed and pressed: durable when it resolves, then hinted to the workers. A second delivery is kept once. */
export function receiver(store: Pick<Store, 'interactions'>, jobs: Pick<Jobs, 'add'>, log: Log): Receive {
  return async (interaction) => {
    const { id, repeat } = await store.interactions.receive(cleaned(interaction));
    if (repeat) return;
    void jobs
      .add({ kind: 'interaction', id })
      .catch((error: unknown) =>
        log.warn({ interaction: id, says: String(error) }, 'the queue did not take a job; the sweep does the rest'),
      );
  };
}
