/** A compact JWS read without checking its signature (lestrrat-go/jwx jwt.ParseInsecure, v2): what it says, not whether it is true. */

import { decodeBase64, decodeUtf8 } from './bytes.ts';
import { toClaims, type Claims } from './claims.ts';
import { isObject, parseJson, type Parsed } from './go-json.ts';

export interface Header {
  readonly kid: string;
  readonly alg: string;
}
export interface Token {
  readonly header: Header;
  readonly claims: Claims;
}

function part(segment: string, failed: string): Parsed<string> {
  const decoded = decodeBase64(segment);
  return 'error' in decoded ? { error: `${failed}: ${decoded.error}` } : { value: decodeUtf8(decoded.bytes) };
}

function toHeader(text: string): Parsed<Header> {
  const json = parseJson(text);
  if ('error' in json) return { error: `failed to parse JOSE headers: ${json.error}` };
  if (!isObject(json.value)) return { error: 'failed to parse JOSE headers: expected JSON object' };
  const own = (name: string): unknown => (isObject(json.value) && Object.hasOwn(json.value, name) ? json.value[name] : undefined);
  const kid = own('kid') ?? '';
  const alg = own('alg') ?? '';
  if (typeof kid !== 'string') return { error: 'failed to parse JOSE headers: failed to decode value for key kid' };
  if (typeof alg !== 'string') return { error: 'failed to parse JOSE headers: failed to decode value for key alg' };
  return { value: { kid, alg } };
}

/** The three segments of a JWS, or jwx's word for what this is instead. Unsigned JSON can never pass and is not looked into. */
function segments(text: string): readonly [string, string, string] | string {
  const [header, payload, signature, ...more] = text.split('.');
  if (more.length === 2) return 'unsupported format (layer: #1)';
  if (text.startsWith('{') || header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    return 'unknown payload type (payload is not JWT?)';
  }
  return [header, payload, signature];
}

/** @returns header and claims, or jwx's error text */
export function readToken(token: string): Token | { readonly error: string } {
  const parts = segments(token.trim());
  if (typeof parts === 'string') return { error: parts };
  const jws = (error: string) => ({ error: `invalid jws message: ${error}` });
  const headerText = part(parts[0], 'failed to decode protected headers');
  if ('error' in headerText) return jws(headerText.error);
  const header = toHeader(headerText.value);
  if ('error' in header) return jws(header.error);
  const payload = part(parts[1], 'failed to decode payload');
  if ('error' in payload) return jws(payload.error);
  const signature = part(parts[2], 'failed to decode signature');
  if ('error' in signature) return jws(signature.error);
  const json = parseJson(payload.value);
  if ('error' in json) return { error: `failed to parse token: ${json.error}` };
  const claims = toClaims(json.value);
  return 'error' in claims
    ? { error: `failed to parse token: ${claims.error}` }
    : { header: header.value, claims: claims.claims };
}
