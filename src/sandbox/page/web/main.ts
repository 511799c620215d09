import { h, render } from 'preact';
import type { Screen } from '../../slack/screen.ts';

const s: Screen | null = null;
render(h('div', { class: 'a' }, String(s)), document.body);
