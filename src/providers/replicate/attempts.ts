/** Submitting, collecting and looking up predictions. */
import { ProviderError } from '../../errors.ts';
import type { ProviderSettings } from '../definition.ts';
import type {
  Accepted,
  CallContext,
  Collected,
  Finding,
  ImageRequest,
  LostAttempt,
  Provider,
  Submission,
  SubmitContext,
} from '../provider.ts';
import { collectFromQueue, type Queue } from '../queue.ts';
import type { ReferenceSender } from '../reference-sender.ts';
import type { ReferenceUse } from './abilities.ts';
import { ask, type ReplicateConnection, type Question, READ_TIMEOUT_MS, SERVICE } from './connection.ts';
import { findPrediction } from './find.ts';
import { buildInput, type BuiltInput } from './input.ts';
import type { Input } from './schema.ts';
import type { KnownModel, ModelReader } from './model-reader.ts';
import { modelParts, modelRecord } from './models.ts';
import { acceptedSchema, type Prediction, predictionSchema, resultOf, RETENTION_MS } from './prediction.ts';
import { referenceSender, SOME_PICTURE } from './references.ts';
import { sentRecord, sentRequest, withoutSecrets, type SentRequest } from './sent.ts';

/**
 * At most, and no more than the shot's own time-out: creating answers with an id in about a second, a large input may
 * take longer.
 */
const SUBMIT_TIMEOUT_MS = 60_000;
/** The distance between two readings grows to this many times `pollMs`. */
const POLL_SLOWEST = 10;

/** What of Replicate's options matters here. */
export interface AttemptOptions {
  /** The user's own inputs for a model. */
  inputFor: (model: string) => Input;
  /** What is done with a picture that a model would only paint over. */
  reference?: ReferenceUse;
  pollMs: number;
  cancelAfterSeconds?: number | undefined;
  settleMs: number;
}

/** What every attempt needs. */
interface Parts {
  connection: ReplicateConnection;
  options: AttemptOptions;
  settings: Pick<ProviderSettings, 'now' | 'elapsed' | 'sleep' | 'timeoutMs'>;
  readModel: ModelReader;
  sendReference: ReferenceSender;
}

/** The part of the provider that makes pictures. */
export function attempts(
  connection: ReplicateConnection,
  options: AttemptOptions,
  { settings, readModel }: Pick<Parts, 'settings' | 'readModel'>,
): Required<Pick<Provider, 'submit' | 'collect' | 'find'>> {
  const parts: Parts = { connection, options, settings, readModel, sendReference: referenceSender(connection) };
  return {
    submit: (request, call) => submit(parts, request, call),
    collect: (work, request, call) => collect(parts, work, { request, call }),
    find: (lost, call) => find(parts, lost, call),
  };
}

async function submit(parts: Parts, request: ImageRequest, call: SubmitContext): Promise<Submission> {
  const { connection, options, settings, readModel, sendReference } = parts;
  const { signal } = call;
  const model = await readModel(request.model, signal);
  const { problems } = model.problem === undefined ? build(parts, model, request) : { problems: [model.problem] };
  if (problems.length > 0)
    throw new ProviderError(`${request.model} does not take this request: ${problems.join('; ')}`, {
      failure: 'rejected',
    });
  const pixelsMax = modelRecord(request.model)?.referencePxMax;
  const references = await Promise.all(
    request.references.map((reference) => sendReference(reference, { signal, pixelsMax })),
  );
  const { input } = build(parts, model, request, references);
  call.onPhase?.('sending');
  const question: Question = {
    asked: 'queue-submit',
    signal,
    timeoutMs: Math.min(SUBMIT_TIMEOUT_MS, settings.timeoutMs),
    onSending: () => {
      const { version } = modelParts(request.model) ?? {};
      const told = withoutSecrets(input, model.schema);
      call.onSending(sentRecord({ model: model.id, version, input: told, skewMs: 0, ...connection.clock.ahead() }));
    },
    headers: options.cancelAfterSeconds === undefined ? {} : { 'Cancel-After': `${options.cancelAfterSeconds}s` },
  };
  const target = model.version === undefined ? { model: model.id } : { version: model.version };
  const prediction = await ask(connection, question, acceptedSchema, (client) =>
    client.predictions.create({ ...target, input, signal }),
  );
  return { state: 'accepted', remoteId: prediction.id };
}

async function collect(
  parts: Parts,
  work: Accepted,
  { request, call }: { request: ImageRequest; call: CallContext },
): Promise<Collected> {
  const { connection, options, settings, readModel } = parts;
  // A pinned version runs by the second, like the models of others.
  const official = modelRecord(request.model)?.id === request.model;
  // How old the work is, is told by the service's clock: ours may have been set since.
  const sent = sentRequest(work.sent);
  const now = () => settings.now() + (sent === undefined ? 0 : (connection.clock.ahead()?.skewMs ?? 0) - sent.skewMs);
  const queue = predictions(connection, options.pollMs, official);
  const collected = await collectFromQueue(queue, work, { ...settings, now }, call);
  const model = readModel.known(request.model);
  const { warnings } = model === undefined ? { warnings: [] } : build(parts, model, request);
  return collected.state === 'running' || warnings.length === 0 ? collected : { ...collected, warnings };
}

async function find(parts: Parts, lost: LostAttempt, call: CallContext): Promise<Finding> {
  const { connection, options, settings } = parts;
  const sent = lost.unrecorded ? await wouldBeSent(parts, lost.request, call) : sentRequest(lost.sent);
  if (!sent) return { state: 'unsure', message: 'what was sent is not recorded' };
  return findPrediction(
    connection,
    { lost, sent },
    { settleMs: options.settleMs, sleep: settings.sleep, elapsed: settings.elapsed },
    call,
  );
}

/** What `submit` would send; references stand as addresses, which fit any. */
async function wouldBeSent(parts: Parts, request: ImageRequest, { signal }: CallContext): Promise<SentRequest> {
  const model = await parts.readModel(request.model, signal);
  const { input } = build(parts, model, request);
  const { version } = modelParts(request.model) ?? {};
  const told = withoutSecrets(input, model.schema);
  return { model: model.id, version, input: told, skewMs: 0, ...parts.connection.clock.ahead() };
}

/** The input of a request. Without addresses of its references only their number matters. */
function build(
  { options }: Parts,
  model: KnownModel,
  request: ImageRequest,
  references: readonly string[] = request.references.map(() => SOME_PICTURE),
): BuiltInput {
  return buildInput(model.schema, request, references, {
    extra: options.inputFor(request.model),
    use: options.reference,
  });
}

/** Predictions as a queue. The client's own `wait()` never ends on `aborted`. */
function predictions(connection: ReplicateConnection, pollMs: number, official: boolean): Queue<Prediction> {
  return {
    service: SERVICE,
    retentionMs: RETENTION_MS,
    pollMs,
    pollMaxMs: POLL_SLOWEST * pollMs,
    read: (remoteId, { signal }) =>
      ask(connection, { asked: 'read', signal, timeoutMs: READ_TIMEOUT_MS }, predictionSchema, (client) =>
        client.predictions.get(remoteId, { signal }),
      ),
    resultOf: (prediction) => resultOf(prediction, official, connection.clock.nowMs() ?? connection.now()),
  };
}
