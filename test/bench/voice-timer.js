/** How late a process that does nothing else is woken: the noise of the machine. Arguments: how often, every 100 ms. */
const times = Number(process.argv[2] ?? 600);
/** @type {number[]} */
const late = [];
const start = performance.now();
for (let count = 1; count <= times; count++) {
  const due = start + count * 100;
  await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
  late.push(Math.max(0, performance.now() - due));
}
late.sort((a, b) => a - b);
const at = (/** @type {number} */ share) => late[Math.ceil(share * late.length) - 1];
process.stdout.write(`${JSON.stringify({ p50: at(0.5), p99: at(0.99), max: at(1) })}\n`);
