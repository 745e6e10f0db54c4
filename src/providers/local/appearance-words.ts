/** What the words of a config for hair, skin and eyes stand for in the drawing. Pure data; earlier lines win. */
import type { WordTable } from './choose.ts';

/** Variants of the style's `top` that are hair, by the words of a hair style. */
export const HAIR_STYLES: WordTable<readonly string[]> = [
  ['bald|shaved head|no hair', ['none']],
  ['receding|balding|thinning', ['sides']],
  ['hijab|headscarf|head scarf', ['hijab']],
  ['turban|dastar', ['turban']],
  ['beanie|winter hat|knit', ['winterHat03']],
  ['hat|fedora', ['hat']],
  ['short dread|short loc', ['dreads01', 'dreads02']],
  ['dread|locs|locks|braid|cornrow|twist', ['dreads']],
  ['headband', ['froBand']],
  ['flower', ['frida']],
  ['afro|fro\\b|natural', ['fro']],
  ['bun|updo|topknot|top knot|ponytail|pony tail|chignon|tied', ['bun']],
  ['undercut|shaved side|mohawk|sidecut', ['shavedSides', 'frizzle']],
  ['mullet', ['shaggyMullet']],
  ['fringe bob|bangs|blunt', ['miaWallace']],
  ['bob|chin', ['bob', 'miaWallace']],
  ['buzz|crew|cropped|crop|caesar|fade', ['theCaesar', 'theCaesarAndSidePart']],
  ['side part|parted|slick|comb', ['theCaesarAndSidePart', 'shortRound']],
  ['quiff|pompadour|spik', ['frizzle', 'shortWaved']],
  ['pixie|tousled|messy|shag', ['shaggy']],
  ['short.*(curl|coil|kink)|(curl|coil|kink).*short', ['shortCurly', 'dreads01']],
  ['short.*wav|wav.*short', ['shortWaved']],
  ['short', ['shortFlat', 'shortRound', 'shortWaved']],
  ['long.*(curl|coil)|(curl|coil).*long', ['curvy']],
  ['curl|coil|kink', ['curly']],
  ['long.*wav|wav.*long', ['bigHair', 'curvy']],
  ['medium|shoulder|lob', ['longButNotTooLong']],
  ['wav', ['bigHair', 'curvy']],
  ['long|straight|sleek', ['straight01', 'straight02', 'straightAndStrand']],
];

/** Hair where nothing is said, by gender. */
export const HAIR_BY_GENDER: WordTable<readonly string[]> = [
  [
    'wom[ae]n|female|girl|lady|she\\b',
    ['straight01', 'straight02', 'straightAndStrand', 'bob', 'longButNotTooLong', 'bigHair', 'curly', 'bun', 'curvy'],
  ],
  [
    'm[ae]n|male|boy|gentleman|guy|he\\b',
    ['shortFlat', 'shortRound', 'shortWaved', 'shortCurly', 'theCaesar', 'theCaesarAndSidePart', 'frizzle'],
  ],
];

/** Hair where nothing at all is known. */
export const HAIR_ANY = ['shaggy', 'bob', 'shortWaved', 'longButNotTooLong', 'curly', 'shortCurly', 'bun'];

/** Hair colors by word. */
export const HAIR_COLORS: WordTable<string> = [
  ['strawberry', '#d98c5f'],
  ['(ash|dirty|dark)[ -]*blond', '#a68a5b'],
  ['platinum|bleach', '#ecdcbf'],
  ['blond|golden|honey|sandy|fair', '#d6b370'],
  ['auburn|mahogany|reddish', '#8c3b1f'],
  ['copper|ginger|orange', '#c9662b'],
  ['red', '#b3391b'],
  ['chestnut', '#6f3d24'],
  ['caramel|light brown|bronze', '#a5713d'],
  ['dark brown|brunette|espresso|chocolate', '#4a312c'],
  ['brown|hazel', '#724133'],
  ['jet|black|raven|ebony', '#2c1b18'],
  ['salt|pepper', '#8f8a86'],
  ['silver|white', '#e8e1e1'],
  ['gr[ae]y', '#a9a5a2'],
  ['pink|rose', '#f59797'],
  ['purple|violet|lavender|lilac', '#8e6bbf'],
  ['blue', '#4f7fc4'],
  ['green|teal|turquoise', '#3f9a82'],
];

/**
 * Skin tones by words of origin or of the tone itself: a cartoon's coarse guess, which the config's words may overrule.
 */
export const SKIN_TONES: WordTable<readonly string[]> = [
  ['very dark|deep|ebony', ['#4f352a']],
  ['dark brown|dark-skinned|dark skin', ['#614335']],
  ['pale\\b|porcelain|fair|light-skinned', ['#ffdbb4']],
  ['olive', ['#e0a878']],
  ['tan(ned)?\\b', ['#d08b5b']],
  ['afro[- ]?latin|afro[- ]?caribbean|mixed|biracial|multiracial|creole', ['#ae5d29', '#b97a4a']],
  ['south african|african american|black', ['#614335', '#7a4e36', '#8d5a3b']],
  ['north african|moroccan|egyptian|algerian|tunisian|berber|amazigh', ['#d08b5b', '#d99b6c']],
  [
    'ethiopian|eritrean|somali|african|nigerian|ghanaian|kenyan|senegal|congo|zulu|yoruba|akan|' +
      'jamaican|haitian|caribbean',
    ['#614335', '#6f4733'],
  ],
  ['south asian|indian|pakistani|bangladesh|sri lank|tamil|bengali|nepal', ['#c08552', '#b5754a', '#ae5d29']],
  [
    'native american|indigenous|first nation|aboriginal|maori|māori|polynesian|pacific|hawaiian|samoan',
    ['#b97a4a', '#c08552'],
  ],
  ['southeast asian|south-east asian|thai|vietnam|filipin|indonesian|malay|cambodian', ['#dda06f', '#d08b5b']],
  ['east asian|asian|chinese|japanese|korean|taiwan|mongol', ['#f3c99f', '#edb98a']],
  [
    'middle eastern|arab|persian|iranian|turkish|kurdish|lebanese|palestin|syrian|israeli|jewish|afghan',
    ['#dda06f', '#e0a878'],
  ],
  ['latin|hispanic|mexican|brazil|colombian|peruvian|argentin|chilean|cuban|puerto', ['#dda06f', '#d99b6c']],
  ['mediterranean|italian|greek|spanish|portuguese|maltese|cypriot', ['#eab485', '#e5ad7c']],
  [
    'nordic|scandinavian|swedish|norwegian|danish|finnish|icelandic|irish|scottish|celtic|' +
      'slavic|russian|polish|ukrainian|baltic',
    ['#ffdbb4', '#fbd3ab'],
  ],
  [
    'european|caucasian|white|british|english|german|french|dutch|american|australian',
    ['#f6c9a0', '#ffdbb4', '#edb98a'],
  ],
];

/** Light skins: eyes and hair of any color where none is said; others dark. */
export const LIGHT_SKINS = ['#ffdbb4', '#fbd3ab', '#f6c9a0'];

/** Skin tones where nothing is said. */
export const SKIN_ANY = ['#ffdbb4', '#f3c99f', '#edb98a', '#dda06f', '#d08b5b', '#ae5d29', '#7a4e36', '#614335'];

/** Eye colors by word. */
export const EYE_COLORS: WordTable<string> = [
  ['blue-gr|gr[ae]y-blue|steel', '#6f8fa6'],
  ['blue|azure', '#3f7fc1'],
  ['green|emerald|jade', '#3f8f5a'],
  ['hazel', '#8a6a35'],
  ['amber|gold|honey', '#b5822a'],
  ['gr[ae]y|silver', '#7d8a94'],
  ['violet|purple', '#7657a8'],
  ['black', '#241c19'],
  ['dark', '#3a241a'],
  ['brown|chestnut|chocolate', '#5f3a22'],
];
