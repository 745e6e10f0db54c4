import { UserError } from '../errors.ts';
import type { ReadyProvider } from '../runner/context.ts';
import type { Services } from './services.ts';

/**
 * The provider of what can't be made by another one: a job that goes on, a training. To take another is not advised.
 * @throws {UserError} as `Services.provider`.
 */
export async function ownProvider(services: Pick<Services, 'provider'>, name: string): Promise<ReadyProvider> {
  try {
    return await services.provider(name);
  } catch (error) {
    if (!(error instanceof UserError) || error.advice?.code !== 'choose-keyless-provider') throw error;
    throw new UserError(error.message, { kind: error.kind, hint: error.hint, cause: error });
  }
}
