import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { HalfIcon, MoonIcon, SunIcon } from './icons.ts';
import { showTheme, type Theme, themeKept, themes } from './theme.ts';

const icons = { auto: HalfIcon, light: SunIcon, dark: MoonIcon };
const words = { auto: 'as the system', light: 'light', dark: 'dark' };

export function Header(p: { readonly connected: boolean }): JSX.Element {
  const [theme, setTheme] = useState<Theme>(themeKept());
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
  return h(
    'header',
    { class: 'top' },
    h('img', { src: '/assets/icon.svg', alt: '', width: 28, height: 28 }),
    h('h1', null, 'crdb-access'),
    h(
      'p',
      null,
      'Sandbox: stand-ins for Slack, Microsoft Teams, Entra ID and CockroachDB (on PostgreSQL); the bot is the real one.',
    ),
    h('p', { class: 'lost', role: 'status' }, p.connected ? '' : 'The sandbox does not answer. This page goes on when it does.'),
    h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        'aria-label': `Colours: ${words[theme]}. Change to ${words[next]}`,
        title: `Colours: ${words[theme]}`,
        onClick: () => {
          showTheme(next);
          setTheme(next);
        },
      },
      h(icons[theme], null),
    ),
  );
}
