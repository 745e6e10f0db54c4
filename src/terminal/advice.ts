/** The flags and commands of the command line for what the library advises. Pure. */
import type { Advice } from '../advice.ts';
import { microsOf, usdText } from '../money.ts';

type Code = Advice['code'];

/** Says one kind of advice; `text`: the library's own words. */
type Wording<C extends Code> = (text: string, advice: Extract<Advice, { code: C }>) => string;

const RAISE = {
  image: ['--max-image-usd', 'budget.perImageUsd'],
  run: ['--budget', 'budget.perRunUsd'],
  day: ['--max-day-usd', 'budget.perDayUsd'],
} as const;

const WORDINGS: { readonly [C in Code]: Wording<C> } = {
  'agree-to-delete': () => 'delete them: --yes',
  'raise-cap': (_, { cap, someFit, enoughUsd }) => {
    const [flag, key] = RAISE[cap];
    const enough = usdText(microsOf(enoughUsd)).replaceAll(/[$,]/g, '');
    return `${someFit ? 'make as many as fit: --yes; or ' : ''}raise the cap: ${flag} ${enough} (${key})`;
  },
  'state-price': (text) => `${text}: --allow-unknown-price`,
  relock: (text) => `${text}: --relock`,
  'accept-unread-store': () =>
    'nothing was generated. Try again later, or count from what is on this disk: --yes; or go on without uploads: ' +
    '--storage none',
  'start-another-job': (text) => `${text} (add --new to start another)`,
  reroll: (text) => `${text} (\`imggen reroll\` makes other takes)`,
  'see-pictures': (text, { characterId }) =>
    `${text} (\`imggen gallery ${characterId}\` shows what there is; --key NAME makes a job once)`,
  'use-image': (text) => `${text}: imggen use <image>`,
  'make-avatar': (text) => `${text} (\`imggen create-character\` makes the avatar)`,
  resume: () => '`imggen resume` collects them',
  'resume-one-by-one': () =>
    'go on with one job at a time: `imggen resume JOB`; or leave uploads for later: --storage none',
  'retry-unknown': (text, { jobId }) => `${text}: imggen retry --unknown ${jobId}`,
  retry: (_, { jobId }) => `\`imggen retry ${jobId}\` takes it up again`,
  'another-model': (_, { jobId }) =>
    `choose another model: --model MODEL, or go on with the job: \`imggen resume ${jobId} --yes\``,
  'pay-in-vain': () => 'nothing was sent. Choose another model in a new job: --model MODEL; or pay for the next: --yes',
  'trust-ledger': (text) => `${text}: --yes`,
  'retry-paid': (text, { jobId }) => `${text} (\`imggen retry ${jobId}\` pays again)`,
  'cancel-job': () => 'wait for it, or stop it: `imggen jobs`, `imggen cancel <job>`',
  'list-jobs': () => '`imggen jobs` lists them; `imggen pack --count 8` makes one',
  'list-pictures': (text) => `${text}; \`imggen gallery <id>\` lists them`,
  'list-models': (text) => `${text} (\`imggen models\` shows them)`,
  'without-face': (text, { jobId }) =>
    `${text} (\`imggen retry ${jobId}\` tries the avatar again, \`imggen resume ${jobId} --yes\` makes them without)`,
  'make-avatar-with': (_, { provider }) =>
    `nothing was sent. \`imggen create-character --provider ${provider}\` makes an avatar and training pictures there`,
  'list-providers': () => '`imggen providers` shows what each can do',
  'make-first': () =>
    'make something first (`imggen create-character`), or name the right one: --config FILE or --ledger FILE',
  'create-character': () => '`imggen create-character` registers the one in the config',
  'write-config': (text, { replace = false }) => `${text}: imggen init${replace ? ' --force' : ''}`,
  'choose-config': () => '`imggen init` writes a config to start from; `--config FILE` names another one',
  'choose-ledger': (text) => `${text}: --ledger FILE`,
  'choose-output': (text) => `${text}: --output DIR`,
  'choose-page': (text) => `${text}: --html FILE`,
  'choose-store': (text) => `${text}, or --storage NAME`,
  'leave-store-out': (text) => `${text}: --storage none`,
  'choose-keyless-provider': (text) => `${text}: --provider local`,
  adopt: (text) => `${text} (\`imggen adopt <id>\`)`,
  'ask-as-administrator': (text) => `${text}: --all-owners`,
};

/** The library's words as the command line says them; unchanged where they name nothing to be done. */
export function worded(text: string, advice: Advice | undefined): string {
  if (!advice) return text;
  // Each code has the wording of its own kind of advice: the table's type says so, the union's does not.
  const wording = WORDINGS[advice.code] as Wording<Code>;
  return wording(text, advice);
}
