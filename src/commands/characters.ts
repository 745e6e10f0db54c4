import type { CharacterInfo } from '../app/character-list.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printMessage, printTable, type Io } from '../terminal/print.ts';
import { ago, usd } from '../views/format.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

const right = { align: 'right' as const };
const COLUMNS = [
  { title: 'character' },
  { title: 'name', flexible: true },
  { title: 'seed', ...right },
  { title: 'pictures', ...right },
  { title: 'face', flexible: true },
  { title: 'cost', ...right },
  { title: 'created', spare: 1 },
  { title: 'owner', flexible: true, spare: 2 },
  { title: 'LoRA', flexible: true, spare: 3 },
];

/** `imggen characters`: what there is. */
export function characters(io: Io, flags: CommonFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const list = await imggen.characters();
    if (flags.json) printJson(io, { characters: list });
    else if (list.length === 0) printMessage(io, flags, `no characters yet: ${io.typed('create-character')}`);
    else printTable(io, flags, { columns: COLUMNS, rows: list.map((one) => rowOf(one, io.host.now())) });
    return EXIT.ok;
  });
}

function rowOf(one: CharacterInfo, nowMs: number) {
  const { characterId, name, seed, images, avatar, costUsd, createdAt, owner } = one;
  const face = avatar ?? { text: 'none', tone: 'quiet' as const };
  const when = ago(createdAt, nowMs);
  return [characterId, name, String(seed), String(images), face, usd(costUsd), when, owner ?? '', lorasOf(one)];
}

/** `fal m1r4s0l`: where packs are made with it, and its trigger word. */
function lorasOf({ loras }: CharacterInfo): string {
  return loras
    .map(({ provider, trigger, isThere }) => `${provider} ${trigger}${isThere ? '' : ' (no file)'}`)
    .join(', ');
}
