/** One picture of the gallery page, as HTML. */
import { printable } from '../sanitize.ts';
import type { GalleryPicture } from './model.ts';
import { usdOf } from '../money.ts';

/** Text as HTML text or as the value of a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"'`\u2028\u2029]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Micro-dollars for people: at least cents, at most a hundredth of a cent. */
export function money(micros: number): string {
  if (micros === 0) return 'free';
  const text = usdOf(micros)
    .toFixed(4)
    .replace(/0{1,2}$/, '');
  return Number(text) === 0 ? 'under $0.0001' : `$${text}`;
}

/** A relative path as an address. It stays one whatever is in it: no scheme, no host, no root. */
export function relativeUrl(path: string): string {
  const parts = path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  return `./${parts.map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd'))).join('/')}`;
}

/** What surrounds a picture. */
interface Frame {
  characterName: string;
  /** WebP in base64. */
  thumbnail: string | undefined;
  /** Tells whether the picture of a file name is on the page. */
  isShown: (filename: string) => boolean;
}

/** The list item of a picture: all that the script filters by and shows at full size is in it. */
export function card(picture: GalleryPicture, frame: Frame): string {
  const show = (text: string, lengthMax?: number): string => escaped(printable(text, lengthMax));
  const made = new Date(picture.createdAtMs).toISOString();
  const sent = (picture.references ?? []).map(({ role, name }) => `${show(role)}: <bdi>${show(name, 300)}</bdi>`);
  const facts: [term: string, text: string, more?: boolean][] = [
    ['Seed', `<span class="seed">${picture.seed}</span>${SEED_NOTES[picture.seedHonored]}`],
    ...(picture.likeness === undefined
      ? []
      : [['Same face', (Math.floor(picture.likeness * 100) / 100).toFixed(2)] as [string, string]]),
    ['Cost', money(picture.costMicros)],
    ['Model', show(picture.model, 200), true],
    ...(picture.source ? [['Edited from', sourceLink(picture.source, frame)] as [string, string]] : []),
    ['Size', `${picture.width} × ${picture.height}, ${bytes(picture.sizeBytes)}`, true],
    ...(sent.length === 0 ? [] : [['Sent with it', sent.join('<br>'), true] as [string, string, boolean]]),
    ['Made', `<time datetime="${made}">${made.slice(0, 16).replace('T', ' ')} UTC</time>`, true],
  ];
  const rows = facts.map(
    ([term, text, more]) =>
      `<dt${more ? ' class="more"' : ''}>${term}</dt><dd${more ? ' class="more"' : ''}>${text}</dd>`,
  );
  const chips = [
    show(picture.kind),
    show(picture.provider),
    ...(picture.isPlaceholder ? ['placeholder'] : []),
    ...(picture.mark === null ? [] : [MARK_TEXTS[picture.mark]]),
  ];
  return `<li class="card" id="${show(picture.filename, 300)}" data-kind="${show(picture.kind)}"
data-provider="${show(picture.provider)}" data-mark="${picture.mark ?? 'none'}">
${opener(picture, frame)}
<div class="about">
<h2 class="name"><bdi>${show(picture.filename, 300)}</bdi></h2>
<ul class="chips">${chips.map((chip) => `<li>${chip}</li>`).join('')}</ul>
<dl class="facts">${rows.join('')}</dl>
<p class="prompt"><bdi>${show(picture.prompt || (picture.source ? '(no prompt)' : ''), 8000)}</bdi></p>
</div>
</li>
`;
}

/** A link to the card of a picture where it is on the page, else its name. */
function sourceLink(source: string, { isShown }: Frame): string {
  const name = `<bdi>${escaped(printable(source, 300))}</bdi>`;
  return isShown(source) ? `<a href="#${escaped(encodeURIComponent(source))}">${name}</a>` : name;
}

/** A link where there is a file or an address to go to: without the script it opens that. */
function opener(picture: GalleryPicture, frame: Frame): string {
  const alt = escaped(`${printable(frame.characterName, 200)}, ${printable(picture.shot, 100)}`);
  const base64 = frame.thumbnail?.replace(/[^A-Za-z0-9+/=]/g, '');
  const small = base64 ? `data:image/webp;base64,${base64}` : webAddress(picture.thumbnailUrl ?? picture.url);
  const inside =
    small === undefined
      ? `<span class="blank">${alt}</span>`
      : `<img alt="${alt}" width="320" height="320" loading="lazy" decoding="async"
src="${escaped(small)}">`;
  const full = picture.file === undefined ? webAddress(picture.url) : relativeUrl(picture.file);
  return full === undefined
    ? `<button type="button" class="open">${inside}</button>`
    : `<a class="open" href="${escaped(full)}">${inside}</a>`;
}

/** A web address as browsers write it; undefined for anything else: what a store told may be a script. */
export function webAddress(text: string | undefined): string | undefined {
  const url = text === undefined || !URL.canParse(text) ? undefined : new URL(text);
  return url !== undefined && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

const SEED_NOTES = { yes: '', no: ' (not used)', unknown: ' (use unknown)' } as const;

const MARK_TEXTS = { favorite: '★ favorite', approved: '✓ approved', rejected: '✕ rejected' } as const;

function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  return size < 1e6 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}
