/** Records of families whose fields nobody documented: whatever is sent is kept and answered again. */
import type { ApiCall, ApiResult, Handler } from '../context.ts';
import type { Row } from '../store.ts';
import { listResult, notFound, pathId, unknownFields } from './lists.ts';

/** Set by the sandbox alone, whatever a body says. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['id', 'created', 'modified']);

function stamp(call: ApiCall): string {
  return new Date(call.now).toISOString();
}

function find(call: ApiCall): Row {
  const row = call.store.collection(call.endpoint.family).get(pathId(call));
  if (row === undefined) throw notFound(call);
  return row;
}

const list: Handler = (call) =>
  listResult(call, call.store.collection(call.endpoint.family).all(), (row) => row);

const get: Handler = (call) => ({ data: find(call) });

const create: Handler = async (call) => {
  const body = unknownFields(await call.exchange.jsonObject(), OWN_FIELDS);
  const created = stamp(call);
  const data = call.store
    .collection(call.endpoint.family)
    .add((id) => ({ id, status: 'active', ...body, created, modified: created }));
  return { status: 201, data };
};

async function change(call: ApiCall, base: (old: Row) => Row): Promise<ApiResult> {
  const body = unknownFields(await call.exchange.jsonObject(), OWN_FIELDS);
  const old = find(call);
  const data = { ...base(old), ...body, modified: stamp(call) };
  call.store.collection(call.endpoint.family).set(pathId(call), data);
  return { data };
}

const update: Handler = (call) => change(call, ({ id, created }) => ({ id, status: 'active', created }));

const patch: Handler = (call) => change(call, (old) => old);

const remove: Handler = (call) => {
  find(call);
  const id = pathId(call);
  call.store.collection(call.endpoint.family).delete(id);
  return { data: { id } };
};

/** The handler for an entry of the catalogue that has no rules of its own. */
export function genericHandler(endpoint: ApiCall['endpoint']): Handler {
  switch (endpoint.method) {
    case 'GET':
      return endpoint.list === undefined ? get : list;
    case 'POST':
      return create;
    case 'PUT':
      return update;
    case 'PATCH':
      return patch;
    case 'DELETE':
      return remove;
  }
}
