/** Line drawings of 16 by 16, in the colour of the text beside them. They say nothing by themselves: the words do. */
import { h, type JSX } from 'preact';

function icon(d: string): () => JSX.Element {
  return () =>
    h(
      'svg',
      { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
      h('path', {
        d,
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': '1.5',
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
      }),
    );
}

export const CopyIcon = icon('M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z');
export const CheckIcon = icon('M3 8.5l3.5 3.5L13 4.5');
export const CloseIcon = icon('M4 4l8 8M12 4l-8 8');
export const EyeIcon = icon('M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 100-4 2 2 0 000 4z');
export const SendIcon = icon('M2.5 8h10M8.5 4l4 4-4 4');
export const LockIcon = icon('M4 7h8v6.5H4zM5.5 7V5a2.5 2.5 0 015 0v2');
export const PeopleIcon = icon(
  'M6 7.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 2.8a2.5 2.5 0 010 4.4M12 9.8c1.6.5 2.5 1.8 2.5 3.7',
);
export const ChatIcon = icon('M2 3h12v8H7l-3 2.5V11H2z');
export const TeamsIcon = icon('M2.5 4.5h11v8h-6L5 14.5v-2H2.500zM6 7.2h4M8 7.2v3');
export const ClusterIcon = icon(
  'M2.5 4.2c0-1 2.5-1.7 5.5-1.7s5.5.7 5.5 1.7-2.5 1.7-5.5 1.7-5.5-.7-5.5-1.7zM2.5 4.200v7.6c0 1 2.5 1.7 5.5 1.7s5.5-.7 5.5-1.7V4.200M2.5 8c0 1 2.5 1.7 5.5 1.7s5.5-.7 5.5-1.7',
);
export const ListIcon = icon('M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01');
export const SunIcon = icon(
  'M8 11a3 3 0 100-6 3 3 0 000 6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7',
);
export const MoonIcon = icon('M13.5 9.5A6 6 0 116.5 2.5a4.7 4.7 0 007 7z');
export const HalfIcon = icon('M8 14a6 6 0 100-12 6 6 0 000 12zM8 2v12M10.5 3v10M12.5 5v6');
