/** Is this prediction's input the one that we sent? Pure. */
import { createHash } from 'node:crypto';
import { isIdentity } from './abilities.ts';
import { isPrompt } from './prompt-field.ts';
import type { Input } from './schema.ts';

/**
 * Whether a prediction's input is the one we sent for a request: the same prompt and seed, and equal in every field
 * that both have. Fields that only one has are left out of it, as the service may drop or fill in some. Pictures are
 * compared by content where both sides hold it; an uploaded file has another address each time.
 */
export function isSameInput(ours: Input, theirs: Input): boolean {
  const both = Object.keys(ours).filter((name) => name in theirs);
  const identity = Object.keys(ours).filter(isIdentity);
  return identity.every((name) => both.includes(name)) && both.every((name) => isSameValue(ours[name], theirs[name]));
}

/**
 * How sure it is that a prediction's input is the one that we sent. Without words nothing but the picture tells one
 * request from another: where it can't be compared, the prediction is `perhaps` ours, or of another picture.
 */
export function likenessOf(ours: Input, theirs: Input): 'same' | 'perhaps' | 'other' {
  if (!isSameInput(ours, theirs)) return 'other';
  if (Object.keys(ours).some(isPrompt)) return 'same';
  const isCertain = (name: string): boolean => canonical(sums(ours[name])) === canonical(sums(theirs[name]));
  const pictures = Object.keys(ours).filter((name) => [ours[name]].flat().some(isFile));
  return pictures.every((name) => name in theirs && isCertain(name)) ? 'same' : 'perhaps';
}

/** The input with each data URI replaced by its sum, as `isSameInput` compares it. */
export function withoutBytes(input: Input): Input {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, sums(value)]));
}

/** A value with the sum in place of each data URI. */
function sums(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sums);
  return isFile(value) ? sumOf(value) : value;
}

function isSameValue(ours: unknown, theirs: unknown): boolean {
  if (Array.isArray(ours) && Array.isArray(theirs))
    return ours.length === theirs.length && ours.every((value, index) => isSameValue(value, theirs[index]));
  if (isFile(ours) && isFile(theirs)) return isLinked(ours) || isLinked(theirs) || sumOf(ours) === sumOf(theirs);
  return canonical(ours) === canonical(theirs);
}

/** JSON with sorted keys: equal texts, equal values. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'undefined'
  );
}

/** A picture in an input: an address, a data URI, or the sum of one. */
function isFile(value: unknown): value is string {
  return typeof value === 'string' && /^(?:https?:\/\/|data:|sha256:)/.test(value);
}

/** An uploaded file has another address each time. */
function isLinked(file: string): boolean {
  return file.startsWith('http');
}

function isDataUri(value: string): boolean {
  return value.startsWith('data:');
}

function sumOf(file: string): string {
  return isDataUri(file) ? `sha256:${createHash('sha256').update(file).digest('hex')}` : file;
}
