import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, ParsedNode, YAMLMap } from 'yaml';
import type { Entry, Node, Spot } from '../../core/policy/document.ts';

/** What is wrong with a text as YAML. */
export interface YamlFault {
  readonly line: number;
  readonly wrong: string;
  readonly write: string;
}

/** Aliases can make a small file large (CVE-2019-11253's "billion laughs"), so what they stand for is counted, and so is the depth. */
const mostNodes = 20_000;
const deepest = 30;

/**
 * Reads YAML 1.2 into located values. Aliases are followed; merge keys (`<<`), tags and several documents in one file are faults.
 *
 * @param text the whole file
 */
export function readYaml(text: string): { root: Node } | { faults: readonly YamlFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  });
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    return {
      faults: wrong.map((e) => ({
        line: lines.linePos(e.pos[0]).line,
        wrong: `is not good YAML: ${e.message}`,
        write: 'it as YAML 1.2',
      })),
    };
  }
  if (document.contents === null)
    return { faults: [{ line: 1, wrong: 'is empty', write: 'a policy (see policy.example.yaml)' }] };
  try {
    return { root: walk(document.contents, { document, lines, left: { nodes: mostNodes } }, 0) };
  } catch (fault) {
    if (fault instanceof Unreadable) return { faults: [fault.fault] };
    throw fault;
  }
}

class Unreadable extends Error {
  readonly fault: YamlFault;
  constructor(fault: YamlFault) {
    super(fault.wrong);
    this.fault = fault;
  }
}

interface Walk {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly left: { nodes: number };
}

function walk(node: unknown, w: Walk, depth: number): Node {
  const spot = spotOf(node, w);
  w.left.nodes -= 1;
  if (w.left.nodes < 0)
    throw new Unreadable({
      line: spot.line,
      wrong: `stands for more than ${mostNodes} values`,
      write: 'less, and fewer aliases',
    });
  if (depth > deepest) throw new Unreadable({ line: spot.line, wrong: `is nested deeper than ${deepest}`, write: 'it flatter' });
  if (isAlias(node)) {
    const anchored = node.resolve(w.document);
    if (anchored === undefined)
      throw new Unreadable({ line: spot.line, wrong: `has no anchor &${node.source}`, write: 'the value itself' });
    return { ...walk(anchored, w, depth + 1), ...spot };
  }
  if (isMap(node)) return { kind: 'map', ...spot, entries: entriesOf(node, w, depth) };
  if (isSeq(node)) return { kind: 'list', ...spot, items: node.items.map((item) => walk(item, w, depth + 1)) };
  return { kind: 'scalar', ...spot, value: isScalar(node) ? plain(node.value) : null };
}

function entriesOf(map: YAMLMap, w: Walk, depth: number): readonly Entry[] {
  return map.items.map((pair) => {
    const at = spotOf(pair.key, w);
    if (!isScalar(pair.key))
      throw new Unreadable({ line: at.line, wrong: 'a key is not a single word', write: 'keys as single words' });
    // The source text: the key 2024 is the name "2024", not the number.
    const key = pair.key.source ?? String(pair.key.value);
    // A key without a value has no place of its own.
    return { key, ...at, value: { ...walk(pair.value, w, depth + 1), ...(pair.value === null ? at : {}) } };
  });
}

function spotOf(node: unknown, w: Walk): Spot {
  const start = (node as Partial<ParsedNode> | null | undefined)?.range?.[0] ?? 0;
  const { line, col } = w.lines.linePos(start);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function plain(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
