/** Phone numbers: available, then assigned by an order, then provisioned by a route. Nothing is documented. */
import type { ApiCall, Handler } from '../context.ts';
import { HttpError } from '../http/answer.ts';
import type { PhoneNumber, Row } from '../store.ts';
import { listResult, unknownFields } from './lists.ts';

/** Fields of an order that have a place of their own. */
const KNOWN: ReadonlySet<string> = new Set([
  'id',
  'status',
  'phone_number',
  'phone_numbers',
  'org_unit_id',
  'provisioned_route_id',
]);

/** A row of the three lists. */
export function numberRow(number: PhoneNumber): Row {
  const { extra, ...fields } = number;
  return { ...fields, ...extra };
}

function listOf(status: PhoneNumber['status']): Handler {
  return (call) =>
    listResult(
      call,
      call.store.numbers.all().filter((number) => number.status === status),
      numberRow,
    );
}

/** The numbers that a body names as `phone_number` or `phone_numbers`. Throws HttpError 400. */
function named(call: ApiCall, body: Row): PhoneNumber[] {
  const given = body['phone_numbers'] ?? body['phone_number'];
  const wanted: unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  if (wanted.length === 0) throw new HttpError(400, 'phone_number is required.');
  return wanted.map((text) => {
    const number = call.store.numbers.all().find((candidate) => candidate.phone_number === text);
    if (number === undefined) throw new HttpError(400, `Unknown phone number: ${String(text)}`);
    return number;
  });
}

/** Moves available numbers to the assigned ones of a group; all of them or none. */
const order: Handler = async (call) => {
  const body = await call.exchange.jsonObject();
  const numbers = named(call, body);
  const unit = body['org_unit_id'] ?? call.caller.ct_user_ou_id;
  if (typeof unit !== 'number' || !call.org.scope(call.caller.ct_user_ou_id).has(unit)) {
    throw new HttpError(400, 'org_unit_id must name an org unit of your account.');
  }
  for (const number of numbers) {
    if (number.status !== 'available') {
      throw new HttpError(400, `The number is not available: ${number.phone_number}`);
    }
  }
  for (const number of numbers) {
    number.status = 'assigned';
    number.org_unit_id = unit;
    number.extra = { ...number.extra, ...unknownFields(body, KNOWN) };
  }
  return { status: 201, data: { numbers: numbers.map(numberRow), total: numbers.length } };
};

/** Gives numbers back, which makes them available; all of them or none. */
const release: Handler = async (call) => {
  const numbers = named(call, await call.exchange.jsonObject());
  for (const number of numbers) {
    if (number.status === 'available') {
      throw new HttpError(400, `The number is not yours: ${number.phone_number}`);
    }
  }
  for (const number of numbers) {
    number.status = 'available';
    number.org_unit_id = null;
    number.provisioned_route_id = null;
  }
  return { data: { numbers: numbers.map(numberRow), total: numbers.length } };
};

export const numberHandlers: Readonly<Record<string, Handler>> = {
  'numbers available': listOf('available'),
  'numbers assigned': listOf('assigned'),
  'numbers provisioned': listOf('provisioned'),
  'numbers order': order,
  'numbers release': release,
};
