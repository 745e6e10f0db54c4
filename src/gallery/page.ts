/**
 * The gallery as one HTML page that holds everything: it needs no server, no network and nothing beside it, only the
 * full-size pictures are files. Texts are written as text, never as code, and the page's own policy lets no other
 * script run.
 */
import { createHash } from 'node:crypto';
import { printable } from '../sanitize.ts';
import { card, escaped, money, webAddress } from './card.ts';
import type { GalleryModel, GalleryPicture } from './model.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** The page, piece by piece: a thousand thumbnails need not be in memory at once. Throws what `thumbnailOf` throws. */
export async function* galleryPage<Picture extends GalleryPicture>(
  model: GalleryModel<Picture>,
): AsyncGenerator<string> {
  const name = escaped(printable(model.characterName, 200));
  yield head(name, originsOf(model.pictures));
  yield header(name, model);
  yield filters(model.pictures);
  yield '<main id="pictures">\n<ul class="pictures">\n';
  const shown = new Set(model.pictures.map(({ filename }) => filename));
  const isShown = (filename: string) => shown.has(filename);
  for (const picture of model.pictures)
    yield card(picture, { characterName: model.characterName, thumbnail: await model.thumbnailOf(picture), isShown });
  yield `</ul>\n<p class="none"${model.pictures.length > 0 ? ' hidden' : ''}>No pictures here.</p>\n</main>\n`;
  yield VIEW;
  yield `<script>${SCRIPT}</script>\n</body>\n</html>\n`;
}

/** Where pictures are that have no file here. */
function originsOf(pictures: readonly GalleryPicture[]): string[] {
  const addresses = pictures
    .filter(({ file }) => file === undefined)
    .flatMap(({ url, thumbnailUrl }) => [webAddress(url) ?? [], webAddress(thumbnailUrl) ?? []].flat());
  return [...new Set(addresses.map((address) => new URL(address).origin))];
}

/**
 * Nothing is loaded from anywhere but the page itself, its folder, and the stores of pictures that are not on this
 * disk; only our style and our script count.
 */
function head(name: string, origins: readonly string[]): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const images = ['data:', 'file:', "'self'", ...origins].join(' ');
  const policy =
    `default-src 'none'; img-src ${images}; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}; ` +
    `base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="imggen">
<link rel="icon" href="data:,">
<title>${name} – gallery</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#pictures">Skip to the pictures</a>
`;
}

function header(name: string, { pictures, madeAtMs }: Pick<GalleryModel, 'pictures' | 'madeAtMs'>): string {
  const cost = pictures.reduce((sum, picture) => sum + picture.costMicros, 0);
  const made = new Date(madeAtMs).toISOString();
  const count = `${pictures.length.toLocaleString('en')} ${pictures.length === 1 ? 'picture' : 'pictures'}`;
  return `<header>
<h1><bdi>${name}</bdi></h1>
<p>${count}, ${money(cost)} in all, as of <time datetime="${made}">${made.slice(0, 16).replace('T', ' ')} UTC</time></p>
</header>
`;
}

/** Hidden until the script runs: without it, everything is shown. */
function filters(pictures: readonly GalleryPicture[]): string {
  const choice = (label: string, field: string, values: readonly (readonly [value: string, text: string])[]): string =>
    `<label>${label}<select name="${field}"><option value="">All</option>${values
      .map(([value, text]) => `<option value="${escaped(value)}">${escaped(text)}</option>`)
      .join('')}</select></label>\n`;
  const distinct = (of: (picture: GalleryPicture) => string): [string, string][] =>
    [...new Set(pictures.map(of))].sort().map((value) => [printable(value), printable(value)]);
  return `<form class="filters" role="search" aria-label="Filter the pictures" hidden>
${choice(
  'Kind',
  'kind',
  distinct((picture) => picture.kind),
)}${choice(
    'Provider',
    'provider',
    distinct((picture) => picture.provider),
  )}${choice('Mark', 'mark', MARKS)}<label>Words, name or seed
<input type="search" name="text" autocomplete="off"></label>
<p role="status"></p>
</form>
`;
}

const MARKS = [
  ['favorite', 'Favorite'],
  ['approved', 'Approved'],
  ['rejected', 'Rejected'],
  ['none', 'Not marked'],
] as const;

const VIEW = `<dialog aria-labelledby="view-name">
<div class="view">
<div class="bar">
<h2 id="view-name"></h2>
<span class="position" role="status"></span>
<button type="button" value="-1" aria-label="Previous picture">←</button>
<button type="button" value="1" aria-label="Next picture">→</button>
<button type="button" value="close" aria-label="Close" autofocus>✕</button>
</div>
<div class="stage"><img alt=""></div>
<div class="side" tabindex="0" role="group" aria-label="About this picture">
<p class="note" hidden>The full-size file is not beside this page; this is its thumbnail.</p></div>
</div>
</dialog>
`;
