/**
 * What Microsoft's renderer leaves to its host: Markdown, and choices that are looked up. The rest of a card is drawn by the renderer as it is
 * (github.com/microsoft/AdaptiveCards, source/nodejs/adaptivecards, 3.0.6).
 */
import {
  AdaptiveCard,
  CardElement,
  CardObjectRegistry,
  ChoiceSetInput,
  FactSet,
  FontType,
  GlobalRegistry,
  GlobalSettings,
  Input,
  RichTextBlock,
  SerializationContext,
  TextBlock,
  TextRun,
  type ValidationResults,
  Versions,
} from 'adaptivecards';
import { h, render } from 'preact';
import type { Choice } from '../listbox.ts';
import { Code } from '../copy.ts';
import { wordOf } from '../json.ts';
import { Chooser } from './chooser.ts';
import { Markdown, plain } from './markdown.ts';

GlobalSettings.setTabIndexAtCardRoot = false; // what can be pressed is reached by Tab, the card around it is not
GlobalSettings.useAdvancedTextBlockTruncation = false;
// Text blocks would become HTML here, or complain that nobody does it.
AdaptiveCard.onProcessMarkdown = () => undefined;

/** A card before somebody. */
export class PersonsCard extends AdaptiveCard {
  /** What the bot offers to whoever types this into an input. */
  suggest: (input: string, typed: string) => Promise<readonly Choice[]> = () => Promise.resolve([]);
  /** Where something of the page stands within the card. */
  readonly islands: HTMLElement[] = [];

  /** Before it is thrown away. */
  leave(): void {
    for (const island of this.islands) render(null, island);
    this.releaseDOMResources();
  }
}

const cardOf = (element: CardElement): PersonsCard | null => {
  const root = element.getRootObject();
  return root instanceof PersonsCard ? root : null;
};

/** Draws the text that stands in an element anew, as Markdown. */
function mark(element: HTMLElement, card: PersonsCard | null): void {
  for (const line of element.querySelectorAll('br')) line.replaceWith('\n');
  const text = element.textContent ?? '';
  element.replaceChildren();
  render(h(Markdown, { text }), element);
  card?.islands.push(element);
}

function codeBlock(code: string, card: PersonsCard | null): HTMLElement {
  const element = document.createElement('div');
  render(h(Code, { code, label: /\bcockroach sql\b/.test(code) ? 'the login command' : 'this text' }), element);
  card?.islands.push(element);
  return element;
}

class MarkedText extends TextBlock {
  protected override internalRender(): HTMLElement | undefined {
    if (this.fontType === FontType.Monospace && this.text !== undefined) return codeBlock(plain(this.text), cardOf(this));
    const element = super.internalRender();
    if (element !== undefined) mark(element, cardOf(this));
    return element;
  }
}

class MarkedFacts extends FactSet {
  protected override internalRender(): HTMLElement | undefined {
    const element = super.internalRender();
    for (const text of element?.querySelectorAll<HTMLElement>('.ac-textBlock') ?? []) mark(text, cardOf(this));
    return element;
  }
}

/** A block of nothing but monospace is there to be copied whole. */
class CopiedText extends RichTextBlock {
  protected override internalRender(): HTMLElement | undefined {
    const inlines = Array.from({ length: this.getInlineCount() }, (_, i) => this.getInlineAt(i));
    const runs = inlines.filter((inline) => inline instanceof TextRun && inline.fontType === FontType.Monospace);
    if (runs.length === 0 || runs.length < inlines.length) return super.internalRender();
    return codeBlock(runs.map((run) => (run as TextRun).text ?? '').join(''), cardOf(this));
  }
}

/** Teams' own, which the renderer does not know (learn.microsoft.com, "cards-format", "CodeBlock in Adaptive Cards"). */
class CodeBlock extends CardElement {
  #code = '';

  protected override internalParse(source: Record<string, unknown>, context: SerializationContext): void {
    super.internalParse(source, context);
    this.#code = wordOf(source['codeSnippet']);
  }

  protected override internalRender(): HTMLElement | undefined {
    return codeBlock(this.#code, cardOf(this));
  }

  override getJsonTypeName(): string {
    return 'CodeBlock';
  }
}

/**
 * Choices that the bot looks up while somebody types (learn.microsoft.com, "dynamic-search"). The renderer's own field sends a choice's title, and
 * Teams sends its value; nor can that field be used without a mouse.
 */
class LookedUp extends ChoiceSetInput {
  #chosen = '';
  #field: HTMLInputElement | null = null;

  override isDynamicTypeahead(): boolean {
    return false;
  }

  get #isLookedUp(): boolean {
    return this.choicesData?.dataset !== undefined;
  }

  protected override internalRender(): HTMLElement | undefined {
    if (!this.#isLookedUp) return super.internalRender();
    const first = this.choices.find(({ value }) => value === this.defaultValue);
    this.#chosen = first?.value ?? '';
    const element = document.createElement('div');
    const card = cardOf(this);
    render(
      h(Chooser, {
        id: `${card?.id ?? 'card'}-${this.id ?? ''}`,
        label: this.label ?? '',
        placeholder: this.placeholder ?? '',
        first: first?.title ?? '',
        ask: (typed: string) => card?.suggest(this.id ?? '', typed) ?? Promise.resolve([]),
        set: (value: string) => {
          this.#chosen = value;
          this.valueChanged();
        },
      }),
      element,
    );
    card?.islands.push(element);
    this.#field = element.querySelector('input');
    return element;
  }

  protected override updateInputControlAriaLabelledBy(): void {
    if (this.#field === null) super.updateInputControlAriaLabelledBy();
    this.#field?.setAttribute('aria-labelledby', this.getAllLabelIds().join(' '));
    this.#field?.setAttribute('aria-required', String(this.isRequired));
  }

  override focus(): void {
    if (this.#field === null) super.focus();
    else this.#field.focus();
  }

  /** It needs no choices of its own, which is why the rule about them is left out. */
  override internalValidateProperties(context: ValidationResults): void {
    if (this.#isLookedUp) Input.prototype.internalValidateProperties.call(this, context);
    else super.internalValidateProperties(context);
  }

  override isSet(): boolean {
    return this.#isLookedUp ? this.#chosen !== '' : super.isSet();
  }

  override isValid(): boolean {
    return this.#isLookedUp || super.isValid();
  }

  override get value(): string | undefined {
    return this.#isLookedUp ? this.#chosen || undefined : super.value;
  }
}

const elements = new CardObjectRegistry<CardElement>();
GlobalRegistry.populateWithDefaultElements(elements);
elements.register('TextBlock', MarkedText);
elements.register('FactSet', MarkedFacts);
elements.register('RichTextBlock', CopiedText);
elements.register('CodeBlock', CodeBlock);
elements.register('Input.ChoiceSet', LookedUp);

/** Teams takes `choices.data` in cards of any version: the renderer's gate of versions is left open. */
export function reading(): SerializationContext {
  const context = new SerializationContext(Versions.latest);
  context.setElementRegistry(elements);
  return context;
}
