/** Ten minutes and an hour of sound in every format, made once by ffmpeg and sox and kept in the system's folder for temporary files. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MINUTES = 10;
export const FOLDER = join(tmpdir(), 'convirza-bench-audio');

/** What ffmpeg is told beside the input and the output. `loops` are for the file of an hour. @type {Record<string, string[]>} */
export const FORMATS = {
  'wav44.wav': ['-c:a', 'pcm_s16le', '-ar', '44100'],
  'wav48.wav': ['-c:a', 'pcm_s16le', '-ar', '48000'],
  'wav24bit.wav': ['-c:a', 'pcm_s24le', '-ar', '48000'],
  'wavfloat.wav': ['-c:a', 'pcm_f32le', '-ar', '44100'],
  'alaw.wav': ['-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1'],
  'opus.opus': ['-c:a', 'libopus', '-b:a', '64k'],
  'opus.webm': ['-c:a', 'libopus', '-b:a', '64k'],
  'mp3.mp3': ['-c:a', 'libmp3lame', '-b:a', '128k', '-ar', '44100'],
  'vorbis.ogg': ['-c:a', 'libvorbis', '-q:a', '4', '-ar', '44100'],
  'flac.flac': ['-c:a', 'flac', '-ar', '44100'],
  'aac.m4a': ['-c:a', 'aac', '-b:a', '128k', '-ar', '44100'],
  'aac.aac': ['-c:a', 'aac', '-b:a', '128k', '-ar', '44100'],
  'alac.m4a': ['-c:a', 'alac', '-ar', '44100', '-sample_fmt', 's16p'],
};

/** @param {string} file @param {string[]} args */
function run(file, args) {
  execFileSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/**
 * The path of a format's file, made when it is not there.
 *
 * @param {string} name a key of FORMATS
 * @param {boolean} [hour] an hour of it instead of ten minutes
 */
export function audioFile(name, hour = false) {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, hour ? `hour-${name}` : name);
  if (existsSync(path) && statSync(path).size > 0) return path;
  const partial = join(FOLDER, `partial-${process.pid}-${name}`);
  const input = hour ? ['-stream_loop', '5', '-i', source()] : ['-i', source()];
  run('ffmpeg', ['-v', 'error', '-y', ...input, ...(FORMATS[name] ?? []), partial]);
  renameSync(partial, path);
  return path;
}

/** Ten minutes of 44.1 kHz stereo: plucked chords, sweeps, noise and gaps, the same at each run. */
function source() {
  const path = join(FOLDER, 'source.wav');
  if (existsSync(path)) return path;
  const minute = join(FOLDER, 'minute.wav');
  const synth = [
    ...['-R', '-n', '-r', '44100', '-c', '2', '-b', '16', minute, 'synth', '60'],
    ...['pluck', 'E3', 'pluck', 'A3', 'sine', 'mix', '300-6000', 'brownnoise', 'mix', 'tremolo', '3', '80'],
  ];
  run('sox', synth.concat(['gain', '-n', '-3']));
  run('ffmpeg', [
    ...['-v', 'error', '-y', '-stream_loop', String(MINUTES - 1), '-i', minute],
    ...['-t', String(MINUTES * 60), '-c:a', 'pcm_s16le', path],
  ]);
  return path;
}
