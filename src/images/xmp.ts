/**
 * What made a picture, as XMP (ISO 16684-1) with the properties of the IPTC Photo Metadata Standard 2025.1. Pure: the
 * same facts give the same packet, so that what was begun before a crash and what is done after it are the same file.
 */

/** IPTC NewsCodes, "Digital Source Type": made by a trained model, or by an algorithm without one. */
export const SOURCE_TYPES = {
  trained: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
  algorithmic: 'http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia',
} as const;

/** What a picture says of how it was made. It holds no prompt, only the sum of it. */
export interface Provenance {
  sourceType: (typeof SOURCE_TYPES)[keyof typeof SOURCE_TYPES];
  provider: string;
  model: string;
  seed: number;
  /** `yes`, `no` or `unknown`: whether the service used the seed. */
  seedHonored: string;
  /** In hex. */
  promptSha256: string;
  /** When it was asked for, epoch ms. */
  createdAtMs: number;
}

const OWN = 'urn:imggen:provenance:1.0:';
/** Marks a packet as written here. */
export const TOOL = 'imggen';

/** The packet, about a kilobyte. */
export function xmpPacket(made: Provenance): string {
  const created = new Date(made.createdAtMs).toISOString();
  const properties: [name: string, value: string][] = [
    ['xmp:CreatorTool', TOOL],
    ['xmp:CreateDate', created],
    ['Iptc4xmpExt:DigitalSourceType', made.sourceType],
    ['Iptc4xmpExt:AISystemUsed', `${made.provider} ${made.model}`],
    ['imggen:Provider', made.provider],
    ['imggen:Model', made.model],
    ['imggen:Seed', String(made.seed)],
    ['imggen:SeedHonored', made.seedHonored],
    ['imggen:PromptSha256', made.promptSha256],
  ];
  return [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"',
    ` xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:imggen="${OWN}"`,
    ...properties.map(([name, value]) => ` ${name}="${escaped(value)}"`),
    '/></rdf:RDF></x:xmpmeta>',
    '<?xpacket end="r"?>',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no place for control characters and half characters. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\ufffe\uffff]+/gu, ' ')
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** More of a packet is not looked at. */
const READ_CHARS_MAX = 262_144;
/** More properties are not told. */
const PROPERTIES_MAX = 200;
const ATTRIBUTE =
  /\s([A-Za-z][\w.-]{0,60}:[A-Za-z][\w.-]{0,100})\s{0,5}=\s{0,5}(?:"([^"<]{0,4000})"|'([^'<]{0,4000})')/g;
// Each character is looked at once: what is trimmed is no part of the pattern.
const ELEMENT = /<([A-Za-z][\w.-]{0,60}:[A-Za-z][\w.-]{0,100})>([^<]{1,4000})<\/\1>/g;

/**
 * The simple properties of a packet of any tool: `{ "xmp:CreatorTool": "imggen" }`. What is structured is left out.
 * The values are text from outside.
 */
export function readXmp(packet: string): Record<string, string> {
  const text = packet.slice(0, READ_CHARS_MAX);
  const found = new Map<string, string>();
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) {
    if (!/^(?:xmlns|rdf|xml|x):/.test(name) && found.size < PROPERTIES_MAX)
      found.set(name, unescaped(double ?? single ?? ''));
  }
  for (const [, name = '', value = ''] of text.matchAll(ELEMENT)) {
    const isTold = !/^(?:rdf|x):/.test(name) && !found.has(name) && value.trim() !== '';
    if (isTold && found.size < PROPERTIES_MAX) found.set(name, unescaped(value.trim()));
  }
  return Object.fromEntries(found);
}

/** True for a packet that was written here. Anybody can write such. */
export function isOurs(packet: string): boolean {
  return readXmp(packet)['xmp:CreatorTool'] === TOOL;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (typeof name === 'string') return NAMED[name.toLowerCase()] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
