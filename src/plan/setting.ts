import type { Setting } from '../shot.ts';

const INDOORS = new RegExp(
  String.raw`(?<!\p{L})(?:indoors?|inside|room|bedroom|kitchen|bathroom|hallway|lobby|` +
    String.raw`caf[eé]|coffee shop|restaurant|bar|pub|office|studio|library|museum|` +
    String.raw`gallery|gym|shop|store|supermarket|classroom|school|` +
    String.raw`hospital|church|train|bus|airplane|plane|elevator|workshop|garage|attic|basement|hotel|` +
    String.raw`couch|sofa|bed|desk|fireplace|stage|theat(?:er|re)|cinema|laboratory|lab)(?!\p{L})`,
  'iu',
);
const OUTDOORS = /\b(?:outdoors?|outside|balcony|terrace|rooftop|street|garden|park|beach|in front of)\b/i;
const PLAIN = /\b(?:plain|seamless|solid|white|gr[ae]y|black|colou?red)\b.{0,30}\b(?:backdrop|background|wall)\b/i;

/** What kind of place a user's words mean, as far as words tell: what the local provider draws. Pure. */
export function settingOf(words: string): Setting {
  if (PLAIN.test(words)) return 'plain';
  return INDOORS.test(words) && !OUTDOORS.test(words) ? 'indoor' : 'outdoor';
}
