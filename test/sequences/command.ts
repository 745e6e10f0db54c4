/** A step as a command of a shell. */
import type { Circumstances, GivenCaps, Step } from './steps.ts';

/** What steps point into. */
export interface Known {
  jobs: readonly number[];
  /** Names of the pictures that are there. */
  pictures: readonly string[];
}

/** The arguments of a step's command; undefined when what it points at is not there, or it is no command. */
export function argumentsOf(step: Step, known: Known): string[] | undefined {
  const job = (at: number) => pick(known.jobs, at)?.toString();
  const picture = (at: number) => pick(known.pictures, at);
  switch (step.do) {
    case 'create':
      return ['create-character', '--training-count', String(step.training), ...from(step), ...told(step)];
    case 'avatar':
      return ['avatar', '--count', String(step.count), ...from(step), ...told(step)];
    case 'pack': {
      const how = { 'go on': [], new: ['--new'], 'dry run': ['--dry-run'] }[step.how];
      const key = step.key === undefined ? [] : ['--key', step.key];
      return ['pack', '--count', String(step.count), ...from(step), ...key, ...how, ...told(step)];
    }
    case 'reroll': {
      const names = step.images.flatMap((at) => picture(at) ?? []);
      return names.length === 0 ? undefined : ['reroll', ...new Set(names), ...told(step)];
    }
    case 'resume':
    case 'retry': {
      const named = step.job === undefined ? [] : [job(step.job) ?? '1'];
      return [step.do, ...named, ...(step.do === 'retry' && step.unknown ? ['--unknown'] : []), ...told(step)];
    }
    case 'mark':
      return whole('mark', picture(step.image), `--${step.as}`);
    case 'use':
      return whole('use', picture(step.image));
    case 'delete':
      return whole('delete', picture(step.image), '--yes');
    case 'clean':
      return ['clean', ...(step.yes ? ['--yes'] : [])];
    case 'cancel':
      return whole('cancel', job(step.job));
    case 'config':
      return undefined;
  }
}

/** The flags of caps. */
export function capFlags({ budget, maxImage, maxDay }: GivenCaps): string[] {
  const flag = (name: string, value: number | undefined) => (value === undefined ? [] : [name, String(value)]);
  return [...flag('--budget', budget), ...flag('--max-image-usd', maxImage), ...flag('--max-day-usd', maxDay)];
}

/** A line that a person can run: what happened to the process is a comment. */
export function shellLine(args: readonly string[], step: Step): string {
  const words = args.map((word) => (/^[\w./-]+$/.test(word) ? word : `'${word}'`)).join(' ');
  const notes = 'agreement' in step ? notesOf(step) : [];
  return [`imggen ${words}`, ...(notes.length > 0 ? [`# ${notes.join('; ')}`] : [])].join('  ');
}

function notesOf({ agreement, ending, troubles }: Circumstances): string[] {
  return [
    ...(agreement.startsWith('typed') ? [`at a terminal, ${agreement}`] : []),
    ...troubles.map(({ at, what, times }) => `${times} × ${what} at ${at}`),
    ...(ending ? [`${ending.signal} ${ending.when} ${ending.on} ${ending.nth}`] : []),
  ];
}

function from({ provider }: { provider: string | undefined }): string[] {
  return provider === undefined ? [] : ['--provider', provider];
}

function told({ caps, agreement }: Circumstances): string[] {
  const isTyped = agreement.startsWith('typed');
  return [...capFlags(caps), ...(agreement === 'yes' ? ['--yes'] : []), ...(isTyped ? [] : ['--json'])];
}

function whole(command: string, what: string | undefined, ...more: string[]): string[] | undefined {
  return what === undefined ? undefined : [command, what, ...more];
}

function pick<T>(values: readonly T[], at: number): T | undefined {
  return values[at % Math.max(1, values.length)];
}
