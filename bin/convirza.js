#!/usr/bin/env node
// Plain, old JavaScript: it must still run where the program itself cannot.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  process.stderr.write(
    'error: convirza needs Node.js 20.19 or newer; this is ' +
      process.versions.node +
      '. Install a newer one.\n',
  );
  process.exitCode = 2;
} else if (!require('node:fs').existsSync(require('node:path').join(__dirname, '../dist/main.cjs'))) {
  process.stderr.write('error: convirza has not been built. Run: npm run build\n');
  process.exitCode = 2;
} else {
  require('../dist/main.cjs').main();
}
