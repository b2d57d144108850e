// Preloaded into a process that is measured: its peak memory goes to the file that the variable names.
process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.CONVIRZA_BENCH_PEAK, String(process.resourceUsage().maxRSS));
});
