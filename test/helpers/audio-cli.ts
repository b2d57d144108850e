/** Runs the audio commands of the built program, with bytes for its input and output. */
import { spawn } from 'node:child_process';
import { BIN, cleanEnv, type Result, type RunOptions } from './cli.ts';
import { toneWav } from './wav.ts';

export interface BytesResult extends Omit<Result, 'stdout'> {
  stdout: Buffer;
}

/** As `run`, but standard input and output are bytes. */
export function runBytes(
  args: readonly string[],
  home: string,
  options: Omit<RunOptions, 'input'> & { input?: Uint8Array } = {},
): Promise<BytesResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: cleanEnv(home, options.env),
      cwd: options.cwd ?? home,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (part: Buffer) => stdout.push(part));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout: Buffer.concat(stdout), stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    options.onStart?.(child);
  });
}

/** A WAV file of 16-bit samples from planar values of -1 to 1. */
export function wavOf(channels: readonly Float32Array[], sampleRate: number): Buffer {
  const frames = channels[0]?.length ?? 0;
  const file = Buffer.from(toneWav(frames / sampleRate, sampleRate, channels.length));
  channels.forEach((samples, channel) => {
    for (let frame = 0; frame < frames; frame++)
      file.writeInt16LE(
        Math.max(-32_768, Math.min(32_767, Math.round((samples[frame] ?? 0) * 32_768))),
        44 + (frame * channels.length + channel) * 2,
      );
  });
  return file;
}

/** A sine of `amplitude` for `seconds`. */
export function sine(
  seconds: number,
  { sampleRate = 48_000, frequency = 997, amplitude = 0.5 } = {},
): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, frame) => amplitude * Math.sin((2 * Math.PI * frequency * frame) / sampleRate),
  );
}

/** The parts of a WAV header that say what the samples are. */
export function wavFormat(file: Buffer): {
  tag: number;
  channels: number;
  sampleRate: number;
  bits: number;
} {
  const at = file.indexOf('fmt ') + 8;
  return {
    tag: file.readUInt16LE(at),
    channels: file.readUInt16LE(at + 2),
    sampleRate: file.readUInt32LE(at + 4),
    bits: file.readUInt16LE(at + 14),
  };
}

/** One after the other. */
export function joined(...parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
