/**
 * What the words of a config for clothes, colors and features stand for in the drawing. Pure data; earlier lines win.
 */
import type { WordTable } from './choose.ts';
import type { Mark } from './style.ts';

/** Clothes of the style, by the words of an outfit. */
export const CLOTHES: WordTable<readonly string[]> = [
  ['suit|business|formal|blazer|office|tailored|elegant|smart', ['blazerAndShirt']],
  ['jacket|cardigan|coat|leather|preppy', ['blazerAndSweater']],
  ['hood|street|sport|athlei?sure|active|gym|skate|urban', ['hoodie']],
  ['overall|dungaree|work ?wear|farm|apron', ['overall']],
  ['sweater|jumper|pullover|polo|collar|knit|academic|turtleneck', ['collarAndSweater']],
  ['graphic|band|print|punk|rock|grunge', ['graphicShirt']],
  ['dress|gown|blouse|boho|bohemian|summer|romantic|feminine|skirt', ['shirtScoopNeck']],
  ['v-?neck', ['shirtVNeck']],
  ['casual|t-?shirt|tee|shirt|jeans|denim|minimal|basic|simple|crew|top', ['shirtCrewNeck', 'shirtVNeck']],
];

/** Clothes where nothing is said. */
export const CLOTHES_ANY = [
  'shirtCrewNeck',
  'shirtVNeck',
  'hoodie',
  'collarAndSweater',
  'shirtScoopNeck',
  'blazerAndShirt',
];

/** Colors of clothes and backdrops by word. */
export const COLORS: WordTable<string> = [
  ['charcoal|anthracite|slate', '#3c4650'],
  ['navy|dark blue|midnight', '#25557c'],
  ['dusty[- ]blue|denim|steel blue', '#7f9fbd'],
  ['light blue|sky|pale blue|baby blue', '#a9d6f5'],
  ['blue|cobalt|azure', '#5199e4'],
  ['teal|turquoise|cyan', '#3f9fa0'],
  ['sage|olive|khaki', '#a3b18a'],
  ['mint', '#a7e8c4'],
  ['green|emerald|forest', '#4f9a6b'],
  ['terracotta|rust|brick', '#c9724f'],
  ['burgundy|maroon|wine|bordeaux', '#7d2b3a'],
  ['red|crimson|scarlet', '#e0524f'],
  ['coral|salmon|peach', '#ff9f80'],
  ['pink|rose|blush', '#ffafb9'],
  ['purple|violet|plum|aubergine', '#7f5aa8'],
  ['lavender|lilac', '#c3b1e1'],
  ['mustard|ochre', '#d9a441'],
  ['yellow|gold', '#f5d76e'],
  ['orange', '#f0954a'],
  ['brown|chocolate|camel|tan\\b|wood', '#a57c55'],
  ['beige|sand|taupe|warm', '#e3d2b8'],
  ['ivory|cream|off-white|linen', '#f3ead7'],
  ['(light|pale) gr[ae]y', '#dfe3e8'],
  ['dark gr[ae]y', '#565c63'],
  ['gr[ae]y|silver', '#b3b9c0'],
  ['white', '#f4f5f7'],
  ['black|dark', '#2b2f36'],
];

/** Clothes colors where none is said. */
export const CLOTHES_COLORS = [
  '#5199e4',
  '#25557c',
  '#3c4f5c',
  '#e0524f',
  '#ff9f80',
  '#4f9a6b',
  '#7f5aa8',
  '#d9a441',
  '#3f9fa0',
  '#c9724f',
  '#8fa8bf',
];

/** What of a distinctive feature is drawn: a variant of one of the style's parts, or a mark on the skin. */
export type Feature = { part: 'accessories' | 'facialHair'; variants: readonly string[] } | { part: Mark };

/** What can be seen of distinctive features. */
export const FEATURES: WordTable<Feature> = [
  ['.*freckle', { part: 'freckles' }],
  ['.*(mole|beauty mark|beauty spot|birthmark)', { part: 'mole' }],
  ['.*dimple', { part: 'dimples' }],
  ['.*(blush|rosy)', { part: 'blush' }],
  ['.*scar', { part: 'scar' }],
  ['.*(sunglass|shades)', { part: 'accessories', variants: ['sunglasses', 'wayfarers'] }],
  ['.*eye ?patch', { part: 'accessories', variants: ['eyepatch'] }],
  ['.*round.*(glass|spectacle)', { part: 'accessories', variants: ['round'] }],
  ['.*(glasses|spectacles|eyewear)', { part: 'accessories', variants: ['prescription02', 'prescription01', 'round'] }],
  [
    '.*(stubble|goatee|(short|light|trimmed) (\\p{L}+ )?beard|five o)',
    { part: 'facialHair', variants: ['beardLight'] },
  ],
  ['.*(full|long|big|thick|bushy) (\\p{L}+ )?beard', { part: 'facialHair', variants: ['beardMajestic'] }],
  ['.*beard', { part: 'facialHair', variants: ['beardMedium', 'beardLight'] }],
  ['.*(handlebar|waxed)', { part: 'facialHair', variants: ['moustacheFancy'] }],
  ['.*(moustache|mustache)', { part: 'facialHair', variants: ['moustacheMagnum'] }],
];
