import { h, render } from 'preact';
import { App } from './app.ts';
import { showTheme, themeKept } from './theme.ts';

showTheme(themeKept());
const page = document.getElementById('page');
if (page !== null) {
  page.replaceChildren();
  render(h(App, null), page);
}
