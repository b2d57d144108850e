/** Decodes what ffmpeg encodes, in many variants, and compares with what ffmpeg decodes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/convirza.js', import.meta.url));

/** Lossy codecs must come within this of ffmpeg's float decoders, in dB. */
const LOSSY = 100;

/** ffmpeg decodes Opus with a decoder of its own; libopus, which both have, is what is compared. */
const OPUS = 70;

/**
 * Variants: extension, arguments of the encoder, dB of agreement (Infinity: bit by bit), arguments of ffmpeg's decoder.
 *
 * @typedef {{ file: string, encode: string, agreement: number, decode?: string }} Variant
 */

/** @param {string[]} rates @param {(rate: string, channels: string) => Variant} variant @param {string[]} [channels] */
const each = (rates, variant, channels = ['1', '2']) =>
  rates.flatMap((rate) => channels.map((count) => variant(rate, count)));

/** @type {Variant[]} */
const VARIANTS = [
  ...['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_f64le', 'pcm_alaw', 'pcm_mulaw'].map(
    (codec) => ({ file: 'a.wav', encode: `-c:a ${codec}`, agreement: Infinity }),
  ),
  ...['adpcm_ms', 'adpcm_ima_wav'].map((codec) => ({
    file: 'a.wav',
    encode: `-c:a ${codec}`,
    agreement: Infinity,
  })),
  ...[
    'pcm_s8',
    'pcm_s16be',
    'pcm_s24be',
    'pcm_f32be',
    'pcm_f64be',
    'pcm_alaw',
    'pcm_mulaw',
    'adpcm_ima_qt',
  ].map((codec) => ({ file: 'a.aiff', encode: `-c:a ${codec}`, agreement: Infinity })),
  ...['pcm_s16be', 'pcm_s24be', 'pcm_f32be', 'pcm_mulaw'].map((codec) => ({
    file: 'a.au',
    encode: `-c:a ${codec}`,
    agreement: Infinity,
  })),
  ...['pcm_s16le', 'pcm_s24be', 'pcm_f32le', 'alac', 'adpcm_ima_qt'].map((codec) => ({
    file: 'a.caf',
    encode: `-c:a ${codec}`,
    agreement: Infinity,
  })),
  ...['pcm_s16be', 'pcm_s16le', 'pcm_s24be', 'pcm_f32le', 'alac'].map((codec) => ({
    file: 'a.mov',
    encode: `-c:a ${codec}`,
    agreement: Infinity,
  })),
  ...['16', '32'].flatMap((bits) =>
    [0, 5, 8, 12].map((level) => ({
      file: 'a.flac',
      encode: `-c:a flac -sample_fmt s${bits} -compression_level ${level} -strict -2`,
      agreement: Infinity,
    })),
  ),
  ...each(
    ['8000', '44100', '96000'],
    (rate, count) => ({
      file: 'a.flac',
      encode: `-c:a flac -ar ${rate} -ac ${count}`,
      agreement: Infinity,
    }),
    ['1', '2', '6', '8'],
  ),
  ...each(
    ['8000', '44100', '48000'],
    (rate, count) => ({
      file: 'a.m4a',
      encode: `-c:a alac -ar ${rate} -ac ${count}`,
      agreement: Infinity,
    }),
    ['1', '2', '6'],
  ),
  { file: 'a.m4a', encode: '-c:a alac -sample_fmt s32p', agreement: Infinity },
  ...each(['8000', '16000', '22050', '24000', '32000', '44100', '48000'], (rate, count) => ({
    file: 'a.mp3',
    encode: `-c:a libmp3lame -ar ${rate} -ac ${count} -b:a ${Number(rate) < 16_000 ? 32 : Number(rate) < 32_000 ? 64 : 128}k`,
    agreement: LOSSY,
    decode: '-c:a mp3float',
  })),
  ...[
    '-q:a 0',
    '-q:a 9',
    '-b:a 320k',
    '-b:a 32k',
    '-b:a 128k -joint_stereo 0',
    '-b:a 128k -write_xing 0',
  ].map((options) => ({
    file: 'a.mp3',
    encode: `-c:a libmp3lame ${options}`,
    agreement: LOSSY,
    decode: '-c:a mp3float',
  })),
  ...each(['16000', '24000', '44100', '48000'], (rate, count) => ({
    file: 'a.mp2',
    encode: `-c:a mp2 -ar ${rate} -ac ${count}`,
    agreement: LOSSY,
    decode: '-c:a mp2float',
  })),
  ...each(
    ['8000', '16000', '22050', '44100', '48000', '96000'],
    (rate, count) => ({
      file: 'a.m4a',
      encode: `-c:a aac -ar ${rate} -ac ${count} -b:a ${Number(count) * Math.max(16, Math.min(96, Number(rate) / 500))}k`,
      agreement: LOSSY,
    }),
    ['1', '2', '6'],
  ),
  ...['fast', 'anmr', 'twoloop'].map((coder) => ({
    file: 'a.aac',
    encode: `-c:a aac -aac_coder ${coder} -strict -2`,
    agreement: LOSSY,
  })),
  ...['-aac_tns 0', '-aac_pns 0', '-aac_is 0', '-aac_ms 0', '-b:a 32k', '-b:a 320k'].map((options) => ({
    file: 'a.m4a',
    encode: `-c:a aac ${options}`,
    agreement: LOSSY,
  })),
  { file: 'a.mp4', encode: '-c:a aac -movflags frag_keyframe+empty_moov', agreement: LOSSY },
  { file: 'a.m4a', encode: '-c:a aac -movflags +faststart', agreement: LOSSY },
  { file: 'a.mkv', encode: '-c:a aac', agreement: LOSSY },
  ...each(
    ['8000', '16000', '22050', '44100', '48000', '96000'],
    (rate, count) => ({
      file: 'a.ogg',
      encode: `-c:a libvorbis -ar ${rate} -ac ${count} -q:a 3`,
      agreement: LOSSY,
    }),
    ['1', '2', '6'],
  ),
  ...[-1, 0, 6, 10].map((quality) => ({
    file: 'a.ogg',
    encode: `-c:a libvorbis -q:a ${quality}`,
    agreement: LOSSY,
  })),
  { file: 'a.ogg', encode: '-c:a vorbis -strict -2 -ac 2', agreement: LOSSY },
  { file: 'a.webm', encode: '-c:a libvorbis', agreement: LOSSY },
  ...['6k', '16k', '32k', '64k', '128k', '256k'].flatMap((rate) =>
    ['opus', 'webm', 'mkv', 'mp4'].map((extension) => ({
      file: `a.${extension}`,
      encode: `-c:a libopus -b:a ${rate} -ac ${rate === '6k' ? 1 : 2} -strict -2`,
      agreement: OPUS,
      decode: '-c:a libopus',
    })),
  ),
  { file: 'a.opus', encode: '-c:a libopus -ac 6 -b:a 256k', agreement: OPUS, decode: '-c:a libopus' },
  { file: 'a.oga', encode: '-c:a flac', agreement: Infinity },
  { file: 'a.mka', encode: '-c:a flac', agreement: Infinity },
  { file: 'a.mka', encode: '-c:a pcm_s24le', agreement: Infinity },
  { file: 'a.mka', encode: '-c:a libmp3lame', agreement: LOSSY, decode: '-c:a mp3float' },
  { file: 'a.mp4', encode: '-c:a flac -strict -2', agreement: Infinity },
  { file: 'a.mp4', encode: '-c:a libmp3lame', agreement: LOSSY, decode: '-c:a mp3float' },
];

/** @param {string} file @param {string[]} args */
const run = (file, args) => execFileSync(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** @param {string} path */
function floats(path) {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
}

/** dB between `reference` and what differs from it. @param {Float32Array} reference @param {Float32Array} other */
function agreementOf(reference, other) {
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < Math.min(reference.length, other.length); i++) {
    const expected = reference[i] ?? 0;
    signal += expected ** 2;
    noise += (expected - (other[i] ?? 0)) ** 2;
  }
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
}

/** @returns {boolean} whether all variants agree */
export function audioPeer() {
  const folder = mkdtempSync(join(tmpdir(), 'convirza-peer-'));
  let failures = 0;
  try {
    const source = join(folder, 'source.wav');
    const sound = ['pluck', 'A3', 'pluck', 'E4', 'whitenoise', 'mix', 'tremolo', '7', '100', 'repeat', '1'];
    run('sox', [
      '-R',
      '-n',
      '-r',
      '48000',
      '-c',
      '2',
      '-b',
      '24',
      source,
      'synth',
      '1.7',
      ...sound,
      'gain',
      '-n',
      '-4',
    ]);
    for (const variant of VARIANTS) if (!compareVariant(variant, source, folder)) failures++;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(
    `audio peer: ${VARIANTS.length - failures} of ${VARIANTS.length} variants agree with ffmpeg\n`,
  );
  return failures === 0;
}

/** @param {Variant} variant @param {string} source @param {string} folder */
function compareVariant({ file, encode, agreement, decode = '' }, source, folder) {
  const coded = join(folder, file);
  const theirs = join(folder, 'theirs.f32');
  const ours = join(folder, 'ours.f32');
  const words = (/** @type {string} */ text) => text.split(' ').filter((word) => word !== '');
  try {
    run('ffmpeg', ['-v', 'error', '-y', '-i', source, ...words(encode), coded]);
    run('ffmpeg', [
      '-v',
      'error',
      '-y',
      ...words(decode),
      '-i',
      coded,
      '-f',
      'f32le',
      '-c:a',
      'pcm_f32le',
      theirs,
    ]);
    run(process.execPath, [
      bin,
      'audio',
      'convert',
      coded,
      '-o',
      ours,
      '--format',
      'raw',
      '--encoding',
      'float',
      '--force',
    ]);
  } catch (error) {
    process.stdout.write(
      `FAILED ${file} ${encode}: ${error instanceof Error ? error.message.split('\n')[1] : error}\n`,
    );
    return false;
  }
  const [expected, found] = [floats(theirs), floats(ours)];
  const decibels = agreementOf(expected, found);
  const isSame = expected.length === found.length && decibels >= agreement;
  if (!isSame)
    process.stdout.write(
      `DIFFERS ${file} ${encode}: ${decibels.toFixed(1)} dB, ${found.length - expected.length} samples more\n`,
    );
  return isSame;
}
