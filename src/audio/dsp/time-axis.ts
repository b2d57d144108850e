/** Seconds between two labels. */
const STEPS = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400],
];

/** Blank columns between two labels, at least. */
const GAP = 4;

/**
 * A line of `width` characters with times under a drawing of `seconds`: each label begins with `tick` in the column
 * that it is about. As many as fit without crowding, at round times: `0.05 s`, `1:30`, `2:00:00`.
 */
export function timeAxis(seconds: number, width: number, tick: string): string {
  const fitting = seconds > 0 ? STEPS.find((each) => fits(each, seconds, width)) : undefined;
  const step = fitting ?? Number.POSITIVE_INFINITY;
  let line = '';
  for (let i = 0; i === 0 || i * step < seconds; i++) {
    const column = i === 0 ? 0 : Math.floor(((i * step) / seconds) * width);
    const label = tick + timeLabel(i === 0 ? 0 : i * step, step);
    if (column + label.length <= width) line = line.padEnd(column) + label;
  }
  return line.padEnd(width);
}

function fits(step: number, seconds: number, width: number): boolean {
  const widest = 1 + timeLabel(Math.floor(seconds / step) * step, step).length;
  return (step / seconds) * width >= widest + GAP;
}

function timeLabel(time: number, step: number): string {
  if (step < 1) return `${time.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)))} s`;
  const whole = Math.round(time);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
