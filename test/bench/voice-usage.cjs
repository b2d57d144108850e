// Preloaded into a process that is measured: its peak memory and CPU time go to the file that the variable names.
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { mb: maxRSS / 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
  require('node:fs').writeFileSync(process.env.CONVIRZA_BENCH_USAGE, JSON.stringify(usage));
});
