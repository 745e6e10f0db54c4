/** What a service says in the body of an error. Pure. */

/** The longest message taken over from a service, in characters. */
const MESSAGE_MAX = 500;

/** The message and code in the error bodies of the services: JSON of the usual forms, or the words of a page. */
export function errorOf(bodyText: string): { message: string; code: string | undefined } {
  let json: unknown;
  try {
    json = JSON.parse(bodyText);
  } catch {
    return {
      message: oneLine(bodyText.replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')),
      code: undefined,
    };
  }
  const body = record(json);
  if (Array.isArray(body['detail'])) return listed(body['detail']);
  const inner = typeof body['error'] === 'object' ? record(body['error']) : body;
  const message = [inner['message'], inner['detail'], body['errors'], body['error'], body['title']].find(
    (text) => typeof text === 'string' && text !== '',
  );
  const code = [inner['code'], inner['type'], inner['error_type'], inner['status']].find(
    (text) => typeof text === 'string' && text !== '',
  );
  return {
    message: oneLine(
      [typeof message === 'string' ? message : '', ...nodeErrors(body['node_errors'])].filter(Boolean).join('; '),
    ),
    code: typeof code === 'string' ? code.slice(0, 80) : undefined,
  };
}

/** ComfyUI tells what is wrong with each node of a workflow: its kind and id, and what is wrong with its inputs. */
function nodeErrors(nodes: unknown): string[] {
  return Object.entries(record(nodes)).flatMap(([id, node]) => {
    const { errors, class_type: type } = record(node);
    const told = (Array.isArray(errors) ? errors : []).map(record).map(({ message, details }) => {
      const what = typeof message === 'string' ? message : 'not taken';
      return typeof details === 'string' && details !== '' ? `${what} (${details})` : what;
    });
    return told.length === 0 ? [] : [`${typeof type === 'string' ? type : 'node'} ${id}: ${told.join(', ')}`];
  });
}

/** Services made with FastAPI list what is wrong with a request: where, in words, and by a type. */
function listed(problems: readonly unknown[]): { message: string; code: string | undefined } {
  const told = problems.map(record).map(({ loc, msg }) => {
    const where = Array.isArray(loc) ? loc.filter((step) => step !== 'body').join('.') : '';
    return [where, typeof msg === 'string' ? msg : ''].filter(Boolean).join(': ');
  });
  const type = record(problems[0])['type'];
  return { message: oneLine(told.join('; ')), code: typeof type === 'string' ? type.slice(0, 80) : undefined };
}

/** White space folded, cut at 500 characters. */
export function oneLine(text: string): string {
  const line = text.slice(0, 20_000).replace(/\s+/g, ' ').trim();
  return line.length > MESSAGE_MAX ? `${line.slice(0, MESSAGE_MAX)}…` : line;
}

/** The value as a record, or an empty one. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
