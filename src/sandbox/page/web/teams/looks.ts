/** How cards look in Teams, in the page's own colours: they are names of CSS, so that light and dark need no second drawing. */
import { HostConfig } from 'adaptivecards';

const colour = (name: string, subtle = name) => ({ default: `var(--${name})`, subtle: `var(--${subtle})` });
const inks = {
  default: colour('text', 'quiet'),
  dark: colour('text', 'quiet'),
  light: colour('quiet'),
  accent: colour('accent'),
  good: colour('good'),
  warning: colour('bad'),
  attention: colour('bad'),
};
const ground = (name: string) => ({ backgroundColor: name === '' ? 'transparent' : `var(--${name})`, foregroundColors: inks });
const sizes = { small: 12, default: 14, medium: 15, large: 17, extraLarge: 20 };
const weights = { lighter: 400, default: 400, bolder: 600 };

/** learn.microsoft.com, "cards-reference": Teams shows up to six primary actions in a row. */
export const looks = new HostConfig({
  supportsInteractivity: true,
  fontTypes: {
    default: { fontFamily: 'inherit', fontSizes: sizes, fontWeights: weights },
    monospace: { fontFamily: 'var(--mono)', fontSizes: { ...sizes, default: 12.5 }, fontWeights: weights },
  },
  lineHeights: { small: 18, default: 21, medium: 22, large: 24, extraLarge: 27 },
  spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 12 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  containerStyles: {
    default: ground(''),
    emphasis: ground('raised'),
    accent: ground('accent-ground'),
    good: ground('good-ground'),
    attention: ground('bad-ground'),
    warning: ground('bad-ground'),
  },
  actions: {
    maxActions: 6,
    spacing: 'medium',
    buttonSpacing: 8,
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
    showCard: { actionMode: 'inline', inlineTopMargin: 10, style: 'emphasis' },
  },
  inputs: {
    label: {
      inputSpacing: 'small',
      requiredInputs: { weight: 'bolder', suffix: ' *', suffixColor: 'attention' },
      optionalInputs: { weight: 'bolder' },
    },
    errorMessage: { color: 'attention', weight: 'bolder', spacing: 'small' },
  },
  factSet: { title: { weight: 'bolder', maxWidth: 150, wrap: true }, value: { wrap: true }, spacing: 4 },
  textStyles: { heading: { size: 'medium', weight: 'bolder', color: 'default' } },
  textBlock: { headingLevel: 3 },
});
