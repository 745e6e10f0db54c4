/**
 * Where a gallery picture may be taken, and by which light. Pure data.
 *
 * Lights belong to the kind of place, so that no strobe stands on a beach and no sun shines in a studio.
 */
import type { Setting } from '../../shot.ts';

/** Lights that suit one kind of place. All kinds have equally many: the plan counts on it. */
type Lights = readonly [string, string, string, string, string];

/** A place, as said in a prompt, with what there is to sit on and to lean against. */
export interface Place {
  text: string;
  setting: Setting;
  lights: Lights;
  seat: string;
  support: string;
}

const STUDIO: Lights = [
  'soft even light from a large softbox',
  'butterfly lighting with a gentle fill',
  'a single soft key light from the left with gradual falloff',
  'Rembrandt lighting from the right',
  'clear, airy studio light',
];
const ROOM: Lights = [
  'soft window light from the left',
  'bright diffused daylight',
  'warm lamplight in the evening',
  'late-afternoon sun through a window',
  'gentle window light from the right on a cloudy day',
];
const HALL: Lights = [
  'diffused daylight from a skylight',
  'low sun slanting through high windows',
  'warm overhead lights after dark',
  'soft even daylight from tall windows',
  'a mix of cool daylight and warm lamps',
];
const OPEN: Lights = [
  'warm golden-hour backlight',
  'soft overcast daylight',
  'clear morning sun from the side',
  'hazy late-afternoon light',
  'pastel light just after sunset',
];
const GREEN: Lights = [
  'dappled sunlight through leaves',
  'soft daylight under a cloudy sky',
  'low golden evening light between the branches',
  'cool, misty morning light',
  'bright open shade',
];
const STREET: Lights = [
  'open shade on a bright day',
  'warm late-afternoon sun',
  'street lamps and lit windows at dusk',
  'soft light under a pale grey sky',
  'crisp early-morning light',
];
const SNOW: Lights = [
  'bright light reflected from the snow',
  'pale, low winter sun',
  'blue-hour twilight',
  'soft light from a white winter sky',
  'golden winter light late in the day',
];

/** One kind of setting and light, and its places: text, seat, support. */
function places(setting: Setting, lights: Lights, rows: readonly (readonly [string, string, string])[]): Place[] {
  return rows.map(([text, seat, support]) => ({ text, setting, lights, seat, support }));
}

/** All places, grouped by setting. None of them is a background of the training set. */
export const PLACES: readonly Place[] = [
  ...places('plain', STUDIO, [
    ['a seamless ivory paper backdrop', 'a wooden stool', 'a tall white plinth'],
    ['a dusty-blue painted canvas backdrop', 'a folding studio chair', 'a tall wooden plinth'],
    ['a smooth terracotta-colored wall', 'a low wooden cube', 'the wall'],
    ['a seamless sage-green paper backdrop', 'a round stool', 'a tall green plinth'],
    ['a mottled dark grey canvas backdrop', 'a leather stool', 'a tall grey plinth'],
  ]),
  ...places('indoor', ROOM, [
    ['a living room with houseplants', 'a linen sofa', 'a tall bookcase'],
    ['a farmhouse kitchen', 'a wooden kitchen chair', 'the kitchen counter'],
    ['a small corner café with tiled walls', 'a café chair', 'the counter'],
    ['a cosy bookshop with crowded shelves', 'a reading chair', 'a bookshelf'],
    ["a painter's studio with canvases along the wall", 'a paint-flecked stool', 'a large easel'],
    ['a pottery workshop with shelves of clay bowls', 'a workshop stool', 'the workbench'],
    ['a loft with exposed brick and steel windows', 'a leather armchair', 'the brick wall'],
    ['a music room with an upright piano', 'the piano bench', 'the piano'],
    ['a modern office with glass walls', 'an office chair', 'a desk'],
  ]),
  ...places('indoor', HALL, [
    ['an old library with long reading tables', 'a wooden library chair', 'a row of bookshelves'],
    ['a white-walled art gallery', 'a long gallery bench', 'a white column'],
    ['a glasshouse full of tropical plants', 'an iron garden chair', 'an iron pillar'],
    ['a grand railway station hall', 'a wooden waiting bench', 'a stone pillar'],
    ['an indoor market hall with fruit stalls', 'a wooden crate', 'a market stall'],
    ['a hotel lobby with marble floors', 'a velvet armchair', 'a marble column'],
  ]),
  ...places('outdoor', OPEN, [
    ['a wide sandy beach at low tide', 'a driftwood log', 'a weathered wooden post'],
    ['a field of tall summer grass', 'a hay bale', 'a wooden fence'],
    ['a rocky coast above the sea', 'a flat boulder', 'a large rock'],
    ['a lakeside jetty', 'an upturned rowing boat', 'a mooring post'],
    ['a mountain viewpoint above a valley', 'a rough stone bench', 'a timber railing'],
    ['a rooftop terrace over the city', 'a slatted deck chair', 'the parapet'],
  ]),
  ...places('outdoor', GREEN, [
    ['a city park with old plane trees', 'a park bench', 'a tree trunk'],
    ['a pine forest path', 'a fallen trunk', 'a pine tree'],
    ['a walled garden in bloom', 'a stone garden bench', 'the garden wall'],
    ['an olive grove on a hillside', 'a low stone wall', 'an olive tree'],
    ['an apple orchard', 'a wooden apple crate', 'an apple tree'],
  ]),
  ...places('outdoor', STREET, [
    ['a cobbled old-town street', 'a stone doorstep', 'a stone wall'],
    ['a quiet street of colorful houses', 'a painted bench', 'a painted wall'],
    ['an elegant shopping street', 'a street bench', 'a lamp post'],
    ['a harbour promenade with moored boats', 'a harbour bollard', 'the promenade railing'],
    ['a stone bridge over a river', 'the low parapet', 'the bridge balustrade'],
  ]),
  ...places('outdoor', SNOW, [['a snowy village square', 'a wooden bench cleared of snow', 'a wooden post']]),
];

/** How many lights each place has. */
export const LIGHTS_PER_PLACE = STUDIO.length;
