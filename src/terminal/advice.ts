/** The flags and commands of the command line for what the library advises. Pure. */
import type { Advice } from '../advice.ts';
import { CAP_FLAGS, plainUsd } from './cap-flags.ts';
import type { AsTyped } from './program-name.ts';

type Code = Advice['code'];

/** Says one kind of advice; `text`: the library's own words, `typed`: a command as this user types it. */
type Wording<C extends Code> = (text: string, advice: Extract<Advice, { code: C }>, typed: AsTyped) => string;

/** Where the config has each cap. */
const CAP_KEYS = { image: 'budget.perImageUsd', run: 'budget.perRunUsd', day: 'budget.perDayUsd' } as const;

const WORDINGS: { readonly [C in Code]: Wording<C> } = {
  'agree-to-delete': () => 'delete them: --yes',
  'agree-to-train': (text) => `${text}: --yes`,
  'choose-trainer': (text, { provider }) => `${text}: --provider ${provider}`,
  'leave-lora-out': (text) => `${text}: --no-lora`,
  'agree-to-drawing': (text) => `${text}: --yes`,
  'raise-cap': (_, { cap, someFit, enoughUsd }) => {
    const raise = `raise the cap: ${CAP_FLAGS[cap]} ${plainUsd(enoughUsd)} (${CAP_KEYS[cap]})`;
    return someFit ? `make as many as fit: --yes; or ${raise}` : raise;
  },
  'state-price': (text) => `${text}: --allow-unknown-price`,
  relock: (text) => `${text}: --relock`,
  'accept-unread-store': () =>
    'nothing was generated. Try again later, or count from what is on this disk: --yes; or go on without uploads: ' +
    '--storage none',
  'start-another-job': (text) => `${text} (add --new to start another)`,
  'new-job': (text) => `${text}: --new`,
  reroll: (text, _, typed) => `${text} (\`${typed('reroll')}\` makes other takes)`,
  'see-pictures': (text, { characterId }, typed) =>
    `${text} (\`${typed(`gallery ${characterId}`)}\` shows what there is; --key NAME makes a job once)`,
  'use-image': (text, _, typed) => `${text}: ${typed('use <image>')}`,
  'make-avatar': (text, _, typed) => `${text} (\`${typed('create-character')}\` makes the avatar)`,
  'collect-or-give-up': (_, __, typed) => `\`${typed('resume')}\` collects it, --uncollected gives it up`,
  'resume-job': (text, { jobId }, typed) => `${text}; \`${typed(`resume ${jobId}`)}\` goes on with it`,
  'collect-batch': (text, { jobId }, typed) => `${text}; collect them with \`${typed(`resume ${jobId}`)}\``,
  'retry-unknown': (text, { jobId }, typed) => `${text}: ${typed(`retry --unknown ${jobId}`)}`,
  retry: (_, { jobId }, typed) => `\`${typed(`retry ${jobId}`)}\` takes it up again`,
  'another-model': (_, { jobId }, typed) =>
    `choose another model: --model MODEL, or go on with the job: \`${typed(`resume ${jobId} --yes`)}\``,
  'pay-in-vain': () => 'choose another model in a new job: --model MODEL; or pay for the next: --yes',
  'trust-ledger': (text) => `${text}: --yes`,
  'retry-paid': (text, { jobId }, typed) => `${text} (\`${typed(`retry ${jobId}`)}\` pays again)`,
  'cancel-job': (_, __, typed) => `wait for it, or stop it: \`${typed('jobs')}\`, \`${typed('cancel <job>')}\``,
  'list-jobs': (_, __, typed) => `\`${typed('jobs')}\` lists them; \`${typed('pack --count 8')}\` makes one`,
  'list-pictures': (text, _, typed) => `${text}; \`${typed('gallery <id>')}\` lists them`,
  'list-models': (text, _, typed) => `${text} (\`${typed('models')}\` shows them)`,
  'without-face': (text, { jobId, avatarJobId }, typed) => {
    const [again, without] = [typed(`retry ${avatarJobId}`), typed(`resume ${jobId} --yes`)];
    return `${text} (\`${again}\` tries the avatar again, \`${without}\` makes them without)`;
  },
  'give-prompt': (text, { image }, typed) => `${text}: ${typed(`edit ${image} --prompt "make it night"`)}`,
  'edit-with': (text, { provider, model }, typed) =>
    `${text}: ${typed(`edit <image> --provider ${provider} --model ${model}`)}`,
  'make-avatar-with': (_, { provider }, typed) => {
    const create = typed(`create-character --provider ${provider}`);
    return `nothing was sent. \`${create}\` makes an avatar and training pictures there`;
  },
  'list-providers': (_, __, typed) => `\`${typed('providers')}\` shows what each can do`,
  'make-first': (_, __, typed) =>
    `make something first (\`${typed('create-character')}\`), or name the right one: --config FILE or --ledger FILE`,
  'create-character': (_, __, typed) => `\`${typed('create-character')}\` registers the one in the config`,
  'write-config': (text, { replace = false }, typed) => `${text}: ${typed(`init${replace ? ' --force' : ''}`)}`,
  'choose-config': (_, __, typed) =>
    `\`${typed('init')}\` writes a config to start from; \`--config FILE\` names another one`,
  'choose-ledger': (text) => `${text}: --ledger FILE`,
  'choose-output': (text) => `${text}: --output DIR`,
  'choose-page': (text) => `${text}: --html FILE`,
  'choose-export': (text) => `${text}: --to PATH`,
  approve: (text, { characterId }, typed) => `${text}: ${typed(`mark ${characterId}/2 --approve`)}`,
  'choose-store': (text) => `${text}, or --storage NAME`,
  'leave-store-out': (text) => `${text}: --storage none`,
  'choose-keyless-provider': (text) => `${text}, or take a provider that needs none: --provider local`,
  adopt: (text, _, typed) => `${text} (\`${typed('adopt <id>')}\`)`,
  'ask-as-administrator': (text) => `${text}: --all-owners`,
};

/** The library's words as the command line says them; unchanged where they name nothing to be done. */
export function worded(text: string, advice: Advice | undefined, typed: AsTyped): string {
  if (!advice) return text;
  // Each code has the wording of its own kind of advice: the table's type says so, the union's does not.
  const wording = WORDINGS[advice.code] as Wording<Code>;
  return wording(text, advice, typed);
}
