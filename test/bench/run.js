/** `npm run bench`, or `npm run bench -- startup` for one of them. Code 1 when a bar was missed. */
import { audio } from './audio.js';
import { list } from './list.js';
import { rows } from './rows.js';
import { startup } from './startup.js';
import { upload } from './upload.js';
import { voice } from './voice.js';

/** @type {Record<string, () => Promise<boolean>>} */
const benches = { startup, list, rows, audio, upload, voice };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => benches[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(
    `There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.\n`,
  );
  process.exitCode = 2;
} else {
  process.stdout.write(
    `Node.js ${process.version}, ${process.platform} ${process.arch}; medians of whole processes that take turns\n`,
  );
  for (const [name, bench] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stdout.write(`\n${name}\n`);
    if (!(await bench())) process.exitCode = 1;
  }
}
