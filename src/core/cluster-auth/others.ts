import type { SettingStep } from '../ports.ts';
import { isOn, readList } from './jwt-settings.ts';
import type { PresentSettings } from './settings-plan.ts';

/**
 * Who of the people that the bot does not know would lose a login by steps that take something back, in words: those of other issuers.
 * What the steps do to the people of our own issuer is decided person by person.
 */
export function othersLosing(
  steps: readonly SettingStep[],
  { settings }: Pick<PresentSettings, 'settings'>,
  issuer: string,
): string[] {
  const others = (readList(settings['server.jwt_authentication.issuers'] ?? '')?.items ?? []).filter(
    (one) => one !== issuer && one !== '',
  );
  if (others.length === 0) return [];
  const everybody = `everybody of ${others.join(', ')}`;
  return steps.flatMap(({ setting, before, after }) => {
    if (setting === 'server.jwt_authentication.enabled') return isOn(before) && !isOn(after) ? [everybody] : [];
    return setting === 'server.jwt_authentication.claim' && before !== after
      ? [`${everybody} who logs in by the claim \`${before === '' ? 'sub' : before}\``]
      : [];
  });
}
