/** An AUTOMATIC1111 provider in front of an emulated web UI, for the tests. */
import module from '../../../src/providers/a1111.ts';
import { a1111 } from '../../emulators/a1111.ts';
import { ownServer } from './own-server-stage.ts';

/** A login that is easy to look for in messages. */
export const LOGIN = 'mira:canary-a1111-password-0123';

export const { stage, providerAt, clearStage } = ownServer(module, a1111);
