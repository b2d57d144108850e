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

/** What is compared with decoders whose output has 16 bits. */
const INTEGERS = 70;

/**
 * Variants: the file, dB of agreement (Infinity: bit by bit), and
 *
 * - `encode`: arguments of ffmpeg, or the whole command of another encoder with `{in}` and `{out}`;
 * - `decode`: arguments of ffmpeg's decoder, or the whole command of another one, which writes a WAV file;
 * - `surplus`: frames that there are more of than were encoded. Where it is given, the length is not held against
 *   ffmpeg, which keeps the padding at the end of MP4 files.
 *
 * @typedef {{ file: string, encode: string, agreement: number, decode?: string, surplus?: number }} Variant
 */

/** @param {string} options @param {Partial<Variant>} [other] @returns {Variant} */
const aac = (options, other) => ({
  file: 'a.m4a',
  encode: `-c:a aac ${options}`,
  agreement: LOSSY,
  surplus: 0,
  ...other,
});

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
    agreement: rate === '24000' ? INTEGERS : LOSSY,
    // ffmpeg 5.1 has other bands for short blocks at 24 kHz than LAME, libmad and this program.
    decode: rate === '24000' ? 'lame --quiet --decode {in} {out}' : '-c:a mp3float',
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
    (rate, count) =>
      aac(`-ar ${rate} -ac ${count} -b:a ${Number(count) * Math.max(16, Math.min(96, Number(rate) / 500))}k`),
    ['1', '2', '6'],
  ),
  ...['3', '4', '5', '8'].map((count) => aac(`-ac ${count} -b:a 384k`)),
  ...['fast', 'anmr', 'twoloop'].map((coder) => ({
    file: 'a.aac',
    encode: `-c:a aac -aac_coder ${coder} -strict -2`,
    agreement: LOSSY,
  })),
  ...['-aac_tns 0', '-aac_pns 0', '-aac_is 0', '-aac_ms 0', '-b:a 32k', '-b:a 320k'].map((options) =>
    aac(options),
  ),
  // Without an edit list nothing tells of the priming.
  aac('-movflags frag_keyframe+empty_moov', { file: 'a.mp4', surplus: 1024 }),
  aac('-movflags +faststart'),
  aac('', { file: 'a.mov' }),
  aac('-f adts', { file: 'a.aac', surplus: undefined }),
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
  ...['3', '4', '5', '7', '8'].map((count) => ({
    file: 'a.ogg',
    encode: `-c:a libvorbis -ac ${count}`,
    agreement: LOSSY,
  })),
  // What ffmpeg's own encoder writes, its own decoder does not decode as libvorbis does.
  {
    file: 'a.ogg',
    encode: '-c:a vorbis -strict -2 -ac 2',
    agreement: INTEGERS,
    decode: '-c:a libvorbis',
  },
  { file: 'a.ogg', encode: 'oggenc -Q -q 4 -o {out} {in}', agreement: LOSSY },
  { file: 'a.ogg', encode: 'oggenc -Q -b 64 --managed --resample 22050 -o {out} {in}', agreement: LOSSY },
  { file: 'a.webm', encode: '-c:a libvorbis', agreement: LOSSY },
  ...['6k', '16k', '32k', '64k', '128k', '256k'].flatMap((rate) =>
    ['opus', 'webm', 'mkv', 'mp4'].map((extension) => ({
      file: `a.${extension}`,
      encode: `-c:a libopus -b:a ${rate} -ac ${rate === '6k' ? 1 : 2} -strict -2`,
      agreement: OPUS,
      decode: '-c:a libopus',
      ...(extension === 'mp4' ? { surplus: 0 } : {}),
    })),
  ),
  ...['5', '6', '7', '8'].map((count) => ({
    file: 'a.opus',
    encode: `-c:a libopus -mapping_family 1 -ac ${count} -b:a 256k`,
    agreement: OPUS,
    decode: '-c:a libopus',
  })),
  ...['2.5', '5', '10', '40', '60'].map((milliseconds) => ({
    file: 'a.opus',
    encode: `opusenc --quiet --framesize ${milliseconds} {in} {out}`,
    agreement: OPUS,
    decode: '-c:a libopus',
  })),
  ...['--hard-cbr --bitrate 24', '--speech --bitrate 12 --downmix-mono', '--bitrate 500'].map((options) => ({
    file: 'a.opus',
    encode: `opusenc --quiet ${options} {in} {out}`,
    agreement: OPUS,
    decode: '-c:a libopus',
  })),
  ...[
    '-V 0',
    '-V 9',
    '--preset insane',
    '-m s -b 160',
    '-m f -b 96',
    '-m m -b 56',
    '-b 8 -m m --resample 8',
    '--abr 110 --add-id3v2 --tt Title',
    '--noreplaygain -t -b 128',
  ].map((options) => ({
    file: 'a.mp3',
    encode: `lame --quiet ${options} {in} {out}`,
    agreement: LOSSY,
    decode: '-c:a mp3float',
  })),
  ...['-8 -e -p', '-0 -b 192', '--lax -b 4608', '--ogg -5', '-5 --no-seektable --no-padding'].map(
    (options) => ({
      file: options.includes('ogg') ? 'a.oga' : 'a.flac',
      encode: `flac -s -f ${options} -o {out} {in}`,
      agreement: Infinity,
    }),
  ),
  { file: 'a.oga', encode: '-c:a flac', agreement: Infinity },
  { file: 'a.mka', encode: '-c:a flac', agreement: Infinity },
  { file: 'a.mka', encode: '-c:a pcm_s24le', agreement: Infinity },
  { file: 'a.mka', encode: '-c:a libmp3lame', agreement: LOSSY, decode: '-c:a mp3float' },
  { file: 'a.mp4', encode: '-c:a flac -strict -2', agreement: Infinity },
  { file: 'a.mp4', encode: '-c:a libmp3lame', agreement: LOSSY, decode: '-c:a mp3float', surplus: 0 },
  { file: 'a.wav', encode: '-c:a libmp3lame', agreement: LOSSY, decode: '-c:a mp3float' },
  { file: 'a.wav', encode: '-c:a pcm_s24le -rf64 always -ac 6', agreement: Infinity },
  { file: 'a.3gp', encode: '-c:a aac -ar 22050 -ac 1', agreement: LOSSY, surplus: 0 },
  {
    file: 'a.webm',
    encode: '-c:a libopus -live 1 -cluster_time_limit 200',
    agreement: OPUS,
    decode: '-c:a libopus',
  },
];

/** What is encoded. */
const SOURCE = { sampleRate: 48_000, channels: 2, seconds: 3.4 };

/** @param {string} text */
const words = (text) => text.split(' ').filter((word) => word !== '');

/** @param {string[]} command */
function run([file = '', ...args]) {
  return execFileSync(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A command with the names of files in their places. @param {string} text @param {string} input @param {string} output */
function filled(text, input, output) {
  return words(text).map((word) => (word === '{in}' ? input : word === '{out}' ? output : word));
}

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
    const sound = 'pluck A3 pluck E4 whitenoise mix tremolo 7 100 repeat 1 gain -n -4';
    run([
      'sox',
      ...words(`-R -n -r ${SOURCE.sampleRate} -c ${SOURCE.channels} -b 24`),
      source,
      'synth',
      '1.7',
      ...words(sound),
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
function compareVariant(variant, source, folder) {
  const { file, encode, agreement, surplus } = variant;
  const coded = join(folder, file);
  try {
    if (encode.includes('{in}')) run(filled(encode, source, coded));
    else run(['ffmpeg', '-v', 'error', '-y', '-i', source, ...words(encode), coded]);
    const expected = decodedByPeer(variant, coded, folder);
    const found = decodedByUs(coded, folder);
    const decibels = agreementOf(expected, found);
    const length = surplus === undefined ? expected.length : encodedLength(encode, surplus);
    const isSame = found.length === length && decibels >= agreement;
    if (!isSame)
      process.stdout.write(
        `DIFFERS ${file} ${encode}: ${decibels.toFixed(1)} dB, ${found.length - length} samples more\n`,
      );
    return isSame;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[1] ?? error.message) : error;
    process.stdout.write(`FAILED ${file} ${encode}: ${reason}\n`);
    return false;
  } finally {
    rmSync(coded, { force: true });
  }
}

/** @param {Variant} variant @param {string} coded @param {string} folder */
function decodedByPeer({ decode = '' }, coded, folder) {
  const raw = join(folder, 'theirs.f32');
  const isCommand = decode.includes('{in}');
  const input = isCommand ? join(folder, 'theirs.wav') : coded;
  if (isCommand) run(filled(decode, coded, input));
  const decoder = isCommand ? [] : words(decode);
  run(['ffmpeg', '-v', 'error', '-y', ...decoder, '-i', input, ...words('-f f32le -c:a pcm_f32le'), raw]);
  return floats(raw);
}

/** @param {string} coded @param {string} folder */
function decodedByUs(coded, folder) {
  const raw = join(folder, 'ours.f32');
  const options = words('--format raw --encoding float --force');
  run([process.execPath, bin, 'audio', 'convert', coded, '-o', raw, ...options]);
  return floats(raw);
}

/** Samples of all channels, as far as the arguments of ffmpeg tell. @param {string} encode @param {number} surplus */
function encodedLength(encode, surplus) {
  const option = (/** @type {string} */ name) => Number(new RegExp(`-${name} (\\d+)`).exec(encode)?.[1]);
  const channels = option('ac') || SOURCE.channels;
  const isOpus = encode.includes('libopus');
  const rate = isOpus ? 48_000 : option('ar') || SOURCE.sampleRate;
  return (Math.round(SOURCE.seconds * rate) + surplus) * channels;
}
