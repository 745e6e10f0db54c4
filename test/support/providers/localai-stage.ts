/** An OpenAI-compatible provider in front of an emulated LocalAI, for the tests. */
import module from '../../../src/providers/openai-compatible.ts';
import { localai } from '../../emulators/localai.ts';
import { ownServer } from './own-server-stage.ts';

/** A key that is easy to look for in messages. */
export const KEY = 'canary-localai-key-0123456789';

export const { stage, providerAt, clearStage } = ownServer(module, localai, '/v1');
