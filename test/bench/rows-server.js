/** A server with as many rows as it is told, in pages; a process of its own, so that it does not compete for memory. */
import { createServer } from 'node:http';

const total = Number(process.argv[2] ?? 200_000);

/** @param {number} id */
function row(id) {
  return {
    ct_user_id: id,
    first_name: `First ${id}`,
    last_name: `Last ${id}`,
    email: `user${id}@example.com`,
    role: 'Standard User',
    status: 'active',
    group: 'North Region',
    group_org_unit_id: 1002,
    account: 'Larkspur Home Services',
    agent_ring_to: '+14255550100',
    user_created: '2026-01-05T12:00:00.000Z',
  };
}

const server = createServer((request, response) => {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const offset = Number(query.get('offset') ?? 0);
  const limit = Math.min(200, Number(query.get('limit') ?? 100));
  const users = [];
  for (let id = offset; id < Math.min(total, offset + limit); id++) users.push(row(id));
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({ code: 200, message: 'Success', data: { users, total }, request_id: 'bench' }),
  );
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.on('disconnect', () => process.exit());
