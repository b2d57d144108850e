import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openAudio } from '../../src/audio/index.ts';
import { PacketInput } from '../../src/audio/packet-input.ts';
import type { PacketDecoder } from '../../src/audio/packets.ts';
import { audioErrorOf } from './fixtures.ts';
import { demuxMatroska, digest, fixture, MemorySource } from './mp4-helpers.ts';

const OPUS_DELAY = 6_500_000;

/** Packets, bytes and digest are what ffprobe and ffmpeg say (fixtures/matroska/packets.txt). */
describe('files of ffmpeg and mkvmerge', () => {
  test.each([
    ['opus.webm', 'opus', 48000, OPUS_DELAY, 31, 2641, 'b9d6899103816311'],
    ['opus-clusters.webm', 'opus', 48000, OPUS_DELAY, 31, 2641, 'b9d6899103816311'],
    ['opus-live.webm', 'opus', 48000, OPUS_DELAY, 31, 2641, 'b9d6899103816311'],
    ['video-first.webm', 'opus', 48000, OPUS_DELAY, 31, 2641, 'b9d6899103816311'],
    ['mkvmerge-groups.mka', 'opus', 48000, OPUS_DELAY, 31, 2641, 'b9d6899103816311'],
    ['vorbis.webm', 'vorbis', 44100, 0, 26, 2801, '681684ebc3150a58'],
    ['aac.mka', 'aac', 44100, 0, 27, 4025, '9809e6aa555483df'],
    ['mp3.mka', 'mp3', 44100, 0, 24, 5015, '9b685b1e19b19fd7'],
    ['mp2.mka', 'mp2', 44100, 0, 23, 4806, '54fa2ec9f4a06141'],
    ['ac3.mka', 'ac3', 44100, 0, 18, 5016, '2d050ab67afc704b'],
    ['flac.mka', 'flac', 44100, 0, 6, 18937, 'c940303151c2c746'],
    ['alac.mka', 'alac', 44100, 0, 7, 21594, 'aa6110b50e64ad13'],
    ['pcm-u8.mka', 'pcm_u8', 8000, 0, 1, 1160, 'b7b3bef1c8108bae'],
    ['pcm-s16.mka', 'pcm_s16le', 8000, 0, 1, 2320, '8e1666aa9926f40d'],
    ['pcm-s24-big.mka', 'pcm_s24be', 8000, 0, 1, 3480, '5b5be9b2b5423ebf'],
    ['pcm-s32.mka', 'pcm_s32le', 8000, 0, 1, 4640, '98b18174622068cc'],
    ['pcm-f32.mka', 'pcm_f32le', 8000, 0, 1, 4640, 'a2a7fe9c1ed821ca'],
    ['pcm-f64.mka', 'pcm_f64le', 8000, 0, 1, 9280, '58ae7862eb72a8a5'],
    ['pcm-alaw.mka', 'pcm_alaw', 8000, 0, 1, 1160, '827f677e7f912d18'],
    ['adpcm-ms.mka', 'adpcm_ms', 8000, 0, 1, 1024, '6e794ecd7aabeb43'],
  ] as const)('%s', async (name, codec, sampleRate, skip, count, bytes, hash) => {
    const { track, packets, notes } = await demuxMatroska(fixture(`matroska/${name}`));
    expect(track).toMatchObject({ codec, sampleRate, channels: 2, skip, duration: undefined });
    expect(packets.length).toBe(count);
    expect(Buffer.concat(packets).length).toBe(bytes);
    expect(digest(packets)).toBe(hash);
    expect(notes).toEqual([]);
  });

  test.each([
    ['opus.webm', 19, 'OpusHead\x01\x02\x38\x01'],
    ['vorbis.webm', 3868, '\x02\x1e\x44\x01vorbis'],
    ['aac.mka', 5, '\x12\x10\x56\xe5\0'],
    ['flac.mka', 42, 'fLaC\x80\0\0\x22'],
    ['alac.mka', 24, '\0\0\x10\0\0\x10\x28\x0a'],
    ['adpcm-ms.mka', 32, '\xf4\x03\x07\0'],
    ['mp3.mka', 0, ''],
  ])('configuration of %s', async (name, length, start) => {
    const { config } = (await demuxMatroska(fixture(`matroska/${name}`))).track;
    expect(config.length).toBe(length);
    expect(Buffer.from(config.subarray(0, start.length)).toString('latin1')).toBe(start);
  });

  test('DiscardPadding of the last packet, in nanoseconds', async () => {
    for (const name of ['opus.webm', 'opus-live.webm', 'mkvmerge-groups.mka', 'video-first.webm']) {
      expect((await demuxMatroska(fixture(`matroska/${name}`))).discard).toEqual([[30, 13_500_000]]);
    }
    expect((await demuxMatroska(fixture('matroska/mp3.mka'))).discard).toEqual([[23, 1_882_086]]);
  });

  test('the decoded length is exact: 0.6 s, not 648 frames more', async () => {
    const { track } = await demuxMatroska(fixture('matroska/opus.webm'));
    const type = { container: 'webm', mimeType: 'audio/webm', name: 'WebM' } as const;
    const input = new PacketInput(new MemorySource(new Uint8Array(0)), type, track, silence);
    let frames = 0;
    for await (const block of input.blocks()) frames += block.frames;
    expect(frames).toBe(28_800);
  });

  test('tags', async () => {
    const { tags } = (await demuxMatroska(fixture('matroska/opus.webm'))).track;
    expect(tags).toEqual({ title: 'Één, två', artist: 'espeak' });
  });

  test('packets can be read again and again', async () => {
    const { track, packets } = await demuxMatroska(fixture('matroska/opus-clusters.webm'));
    const again: Buffer[] = [];
    for await (const batch of track.packets()) for (const { data } of batch) again.push(Buffer.from(data));
    expect(digest(again)).toBe(digest(packets));
  });

  test('an aborted signal ends the reading of packets', async () => {
    const { track } = await demuxMatroska(fixture('matroska/opus.webm'));
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(track.packets(controller.signal).next()).rejects.toThrow('enough');
  });
});

/** A decoder that makes 20 ms of silence of every packet. */
const silence: PacketDecoder = {
  format: { codec: 'none', sampleRate: 48_000, channels: 1, layout: ['mono'], bitsPerSample: 0 },
  decode: () => ({ frames: 960, channels: [new Float32Array(960)] }),
  reset: () => undefined,
};

describe('errors of real files', () => {
  test('packets that were compressed once more', async () => {
    const error = await audioErrorOf(demuxMatroska(fixture('matroska/mkvmerge-zlib.mka')));
    expect(error.message).toMatch(/compressed once more \(zlib\), which cannot be decoded/);
    expect(error.hint).toMatch(/mkvmerge .* --compression -1:none/);
  });

  test('a codec that is not decoded is named', async () => {
    const path = fileURLToPath(new URL('fixtures/matroska/ac3.mka', import.meta.url));
    expect((await audioErrorOf(openAudio(path))).message).toBe(
      `"${path}" holds audio in the codec AC-3 (Dolby Digital), which cannot be decoded.`,
    );
  });

  test('a file that is cut', async () => {
    const file = fixture('matroska/opus.webm').subarray(0, 2500);
    const error = await audioErrorOf(demuxMatroska(file));
    expect(error.message).toBe(
      '"memory.mp4" is cut off: its header promises 3,347 bytes, the file holds 2,500 bytes.',
    );
    expect(error.hint).toMatch(/--allow-truncated/);
    const { packets, notes } = await demuxMatroska(file, { allowTruncated: true });
    expect(packets.length).toBeGreaterThan(20);
    expect(notes.length).toBe(1);
  });
});
