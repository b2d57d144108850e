/** The devices that sound programs know: what their listings say, in one shape. */
import type { Context } from '../context.ts';
import { findProgram, outputOf } from './programs.ts';
import type { Role } from './voice-programs.ts';

export interface SoundDevice {
  /** As the program takes it. */
  device: string;
  description: string;
}

const LIMIT_MS = 3_000;

/**
 * Reads `pactl list short sources` or `… sinks`: number, name, module, format and state of one device a line, parted by
 * tabs.
 */
export function parsePactl(text: string): SoundDevice[] {
  return lines(text).flatMap((line) => {
    const [, device = '', , format = '', state = ''] = line.split('\t');
    if (device === '') return [];
    const loop = device.endsWith('.monitor') ? 'what is being played, no microphone' : '';
    return [{ device, description: [loop, format, state.toLowerCase()].filter(Boolean).join(', ') }];
  });
}

/** Reads `arecord -L` or `aplay -L`: a name at the margin, its description in indented lines below. */
export function parseAlsa(text: string): SoundDevice[] {
  const devices: SoundDevice[] = [];
  for (const line of lines(text)) {
    const last = devices.at(-1);
    if (!/^\s/.test(line)) devices.push({ device: line.trim(), description: '' });
    else if (last !== undefined)
      last.description = [last.description, line.trim()].filter(Boolean).join(', ');
  }
  // It takes everything and gives silence.
  return devices.filter(({ device }) => device !== 'null');
}

const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '');

/**
 * The devices that a program can be given.
 *
 * @returns undefined when there is nothing that lists them, or it fails or hangs
 */
export async function devicesOf(ctx: Context, role: Role, name: string): Promise<SoundDevice[] | undefined> {
  if (name === 'arecord' || name === 'aplay') return list(ctx, [name, '-L'], parseAlsa);
  // PipeWire goes by the same names as its stand-in for PulseAudio.
  if (name === 'parec' || name === 'pacat' || name === 'pw-record')
    return list(ctx, ['pactl', 'list', 'short', role === 'recorder' ? 'sources' : 'sinks'], parsePactl);
  return undefined;
}

async function list(
  ctx: Context,
  [name, ...args]: readonly [string, ...string[]],
  parse: (text: string) => SoundDevice[],
): Promise<SoundDevice[] | undefined> {
  const program = findProgram(ctx, name);
  const text = program === undefined ? undefined : await outputOf(ctx, [program, ...args], LIMIT_MS);
  return text === undefined ? undefined : parse(text);
}
