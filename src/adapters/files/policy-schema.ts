import { policyShape } from '../../core/policy/parse.ts';
import type { Shape, Together } from '../../core/policy/shape.ts';
import { platforms } from './policy-file.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The policy file as a JSON Schema, from what its reader knows. Draft 7: the one that editors' YAML support reads best
 * (yaml-language-server, README). It lets pass whatever `policy check` lets pass, and some of what that refuses: references
 * between parts of the file, and times out of range, are for `policy check` alone.
 */
export function policySchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...schemaOf(policyShape(platforms)),
    title: 'crdb-access policy file',
    description: 'Who may ask for what, and who decides. Made by `npm run -s cli -- policy schema`, not by hand.',
  };
}

function schemaOf(shape: Shape): JsonSchema {
  const description = shape.write;
  switch (shape.kind) {
    case 'text':
      return {
        description,
        type: 'string',
        minLength: 1,
        ...(shape.most === null ? {} : { maxLength: shape.most }),
        ...(shape.pattern === null ? {} : { pattern: shape.pattern.source }),
      };
    case 'words':
      return { description, enum: shape.words.flatMap((word) => (/^\d+$/.test(word) ? [Number(word), word] : [word])) };
    case 'list':
      return { description, type: 'array', items: schemaOf(shape.item), minItems: shape.least, uniqueItems: true };
    case 'named':
      return {
        description,
        type: 'object',
        minProperties: 1,
        propertyNames: schemaOf(shape.name),
        additionalProperties: schemaOf(shape.item),
      };
    case 'record':
      return recordSchema(shape);
  }
}

function recordSchema({ write, fields, together }: Extract<Shape, { kind: 'record' }>): JsonSchema {
  const entries = Object.entries(fields);
  const required = entries.filter(([, field]) => field.needed).map(([key]) => key);
  return {
    description: write,
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, field]) => [key, schemaOf(field.shape)])),
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    ...(together.length === 0 ? {} : { allOf: together.map(togetherSchema) }),
  };
}

const present = (key: string): JsonSchema => ({ required: [key] });

function togetherSchema(together: Together): JsonSchema {
  if ('exactlyOne' in together) return { oneOf: together.exactlyOne.map(present) };
  if ('atLeastOne' in together) return { anyOf: together.atLeastOne.map(present) };
  const { when, needs, forbids } = together;
  const says = { properties: { [when.key]: { const: when.word } } };
  return {
    // `properties` is content with a key that is not there, so that a missing one counts as the word unless it is asked for.
    if: when.orMissing ? says : { ...says, ...present(when.key) },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword.
    then: {
      ...(needs.length === 0 ? {} : { required: needs }),
      ...(forbids.length === 0 ? {} : { not: { anyOf: forbids.map(present) } }),
    },
  };
}
