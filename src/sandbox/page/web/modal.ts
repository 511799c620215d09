import { h, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ScreenModal } from '../../slack/screen.ts';
import { Blocks } from './blocks.ts';
import { post } from './call.ts';
import { toComposer } from './composer.ts';
import { Field, type Filled, filledAtFirst } from './field.ts';
import { CloseIcon } from './icons.ts';
import { type Json, objectOf, wordOf } from './json.ts';

const idOf = (block: Json): string => wordOf(objectOf(block['element'])['action_id']);

/** A form over the conversation: a real dialog, which the keyboard can't leave and Esc closes. */
export function Modal(p: { readonly as: string; readonly modal: ScreenModal }): JSX.Element {
  const { as, modal } = p;
  const dialog = useRef<HTMLDialogElement>(null);
  const isClosing = useRef(false);
  const [filled, setFilled] = useState<ReadonlyMap<string, Filled>>(new Map());
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>('.field input, .field textarea, .field select')?.focus();
    return () => {
      isClosing.current = true;
      element?.close(); // gives the focus back to where it was, if that is still there
      if (document.activeElement === document.body) toComposer();
    };
  }, []);

  const toFirstFault = (): void => dialog.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  const faults = Object.keys(modal.errors).join();
  useEffect(() => {
    if (faults !== '') toFirstFault();
  }, [faults]);

  const fields = modal.blocks.filter((block) => block['type'] === 'input');
  const standing = (block: Json): Filled => filled.get(idOf(block)) ?? filledAtFirst(objectOf(block['element']));

  async function send(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setRefused('');
    const input = Object.fromEntries(fields.map((block) => [idOf(block), standing(block).value || standing(block).typed]));
    const { ok, error, errors } = await post('submit', { as, input });
    setBusy(false);
    if (ok) return;
    if (errors === undefined) setRefused(error ?? 'It was not sent.');
    else toFirstFault(); // when it is the same fault as before
  }

  function dismiss(): void {
    if (isClosing.current) return;
    isClosing.current = true;
    void post('dismiss', { as }).then(({ ok }) => (isClosing.current = ok));
  }
  const trouble = refused || modal.errors[''];
  return h(
    'dialog',
    {
      ref: dialog,
      'aria-labelledby': 'modal-title',
      onCancel: (event: Event) => {
        event.preventDefault(); // it closes when Slack has closed it
        dismiss();
      },
      onClose: dismiss, // a browser closes it all the same when Esc is pressed again
    },
    h(
      'form',
      {
        noValidate: true,
        onSubmit: (event: Event) => {
          event.preventDefault();
          void send();
        },
      },
      h(
        'header',
        null,
        h('h2', { id: 'modal-title' }, modal.title),
        h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', onClick: dismiss }, h(CloseIcon, null)),
      ),
      h(
        'div',
        { class: 'content', tabIndex: fields.length === 0 ? 0 : undefined },
        trouble ? h('p', { class: 'error', role: 'alert' }, trouble) : null,
        h(Blocks, {
          blocks: modal.blocks,
          press: (element) => post('press', { as, message: 'modal', button: wordOf(element['action_id']) }),
          field: (block) =>
            h(Field, {
              as,
              block,
              error: modal.errors[wordOf(block['block_id'])],
              filled: standing(block),
              set: (to) => setFilled((was) => new Map(was).set(idOf(block), to)),
            }),
        }),
      ),
      h(
        'footer',
        null,
        h('button', { type: 'button', class: 'press', onClick: dismiss }, modal.close),
        modal.submit === null
          ? null
          : h('button', { type: 'submit', class: 'press primary', 'aria-disabled': isBusy }, isBusy ? 'Sending' : modal.submit),
      ),
    ),
  );
}
