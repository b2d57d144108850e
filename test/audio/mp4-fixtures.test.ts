import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openAudio } from '../../src/audio/index.ts';
import { PacketInput } from '../../src/audio/packet-input.ts';
import type { PacketDecoder } from '../../src/audio/packets.ts';
import { audioErrorOf } from './fixtures.ts';
import { demuxMp4, digest, fixture, MemorySource } from './mp4-helpers.ts';

/** Packets, bytes and digest are what ffprobe and ffmpeg say (fixtures/mp4/packets.txt); PCM is cut otherwise. */
describe('files of ffmpeg', () => {
  test.each([
    ['aac-moov-last.m4a', 'aac', 44100, 2, 1024, 26460, 27, 4025, '9809e6aa555483df'],
    ['aac-faststart.mp4', 'aac', 44100, 2, 1024, 26460, 27, 4025, '9809e6aa555483df'],
    ['aac-fragments.mp4', 'aac', 44100, 2, 0, undefined, 27, 4025, '9809e6aa555483df'],
    ['aac-fragments-hybrid.mp4', 'aac', 44100, 2, 0, undefined, 27, 4025, '9809e6aa555483df'],
    ['aac-fragments-dash.mp4', 'aac', 44100, 2, 0, undefined, 27, 4025, '9809e6aa555483df'],
    ['aac-quicktime.mov', 'aac', 44100, 2, 1024, 26460, 27, 4025, '9809e6aa555483df'],
    ['aac.3gp', 'aac', 44100, 2, 1024, 26460, 27, 4025, '9809e6aa555483df'],
    ['video-first.mp4', 'aac', 44100, 2, 1024, 26460, 27, 4025, '9809e6aa555483df'],
    ['mp3.mp4', 'mp3', 44100, 2, 1105, 26460, 24, 5015, '9b685b1e19b19fd7'],
    ['mp3.mov', 'mp3', 44100, 2, 1105, 26460, 24, 5015, '9b685b1e19b19fd7'],
    ['opus.mp4', 'opus', 48000, 2, 312, 28800, 31, 2641, 'b9d6899103816311'],
    ['opus-fragments.mp4', 'opus', 48000, 2, 312, undefined, 31, 2641, 'b9d6899103816311'],
    ['vorbis.mp4', 'vorbis', 44100, 2, 0, 26460, 26, 2801, '681684ebc3150a58'],
    ['flac.mp4', 'flac', 44100, 2, 0, 26460, 6, 18937, 'c940303151c2c746'],
    ['alac.m4a', 'alac', 44100, 2, 0, 26460, 7, 21594, 'aa6110b50e64ad13'],
    ['alac.mov', 'alac', 44100, 2, 0, 26460, 7, 21594, 'aa6110b50e64ad13'],
    ['pcm-sowt.mov', 'pcm_s16le', 8000, 2, 0, 580, 1, 2320, '8e1666aa9926f40d'],
    ['pcm-twos.mov', 'pcm_s16be', 8000, 2, 0, 580, 1, 2320, 'f4683327aa8f4f63'],
    ['pcm-s8.mov', 'pcm_s8', 8000, 2, 0, 580, 1, 1160, '724ab4595c3358d7'],
    ['pcm-raw.mov', 'pcm_u8', 8000, 2, 0, 580, 1, 1160, 'b7b3bef1c8108bae'],
    ['pcm-in24.mov', 'pcm_s24be', 8000, 2, 0, 580, 1, 3480, '5b5be9b2b5423ebf'],
    ['pcm-in24-little.mov', 'pcm_s24le', 8000, 2, 0, 580, 1, 3480, 'a72527c560420263'],
    ['pcm-in32-little.mov', 'pcm_s32le', 8000, 2, 0, 580, 1, 4640, '98b18174622068cc'],
    ['pcm-fl32-little.mov', 'pcm_f32le', 8000, 2, 0, 580, 1, 4640, 'a2a7fe9c1ed821ca'],
    ['pcm-fl64.mov', 'pcm_f64be', 8000, 2, 0, 580, 1, 9280, 'd419b9296dbd1528'],
    ['pcm-alaw.mov', 'pcm_alaw', 8000, 2, 0, 580, 1, 1160, '827f677e7f912d18'],
    ['pcm-ulaw.mov', 'pcm_mulaw', 8000, 2, 0, 580, 1, 1160, 'dada083ee95de457'],
    ['pcm-lpcm-96k.mov', 'pcm_s16le', 96000, 2, 0, 2880, 1, 11520, 'd1d2b0c3ed1cf7ca'],
    ['ima4.mov', 'adpcm_ima_qt', 8000, 2, 0, 640, 1, 680, '4c5edc3814fe176c'],
    ['adpcm-ms.mov', 'adpcm_ms', 8000, 2, 0, 1012, 1, 1024, '6e794ecd7aabeb43'],
  ] as const)('%s', async (name, codec, sampleRate, channels, skip, duration, count, bytes, hash) => {
    const { track, packets, notes } = await demuxMp4(fixture(`mp4/${name}`));
    expect(track).toMatchObject({ codec, sampleRate, channels, timeScale: sampleRate, skip, duration });
    expect(packets.length).toBe(count);
    expect(Buffer.concat(packets).length).toBe(bytes);
    expect(digest(packets)).toBe(hash);
    expect(notes).toEqual([]);
  });

  test.each([
    ['aac-moov-last.m4a', '121056e500'],
    ['aac-quicktime.mov', '121056e500'],
    ['opus.mp4', Buffer.from('OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0', 'latin1').toString('hex')],
    ['mp3.mp4', ''],
  ])('configuration of %s', async (name, config) => {
    expect(Buffer.from((await demuxMp4(fixture(`mp4/${name}`))).track.config).toString('hex')).toBe(config);
  });

  test.each([
    ['flac.mp4', 42, 'fLaC\x80\0\0\x22'],
    ['alac.m4a', 24, '\0\0\x10\0\0\x10\x28\x0a'],
    ['alac.mov', 24, '\0\0\x10\0\0\x10\x28\x0a'],
    ['vorbis.mp4', 3868, '\x02\x1e\x44\x01vorbis'],
  ])('configuration of %s by its beginning', async (name, length, start) => {
    const { config } = (await demuxMp4(fixture(`mp4/${name}`))).track;
    expect(config.length).toBe(length);
    expect(Buffer.from(config.subarray(0, start.length)).toString('latin1')).toBe(start);
  });

  test('the last packet of a fragmented file keeps as much as its duration says', async () => {
    for (const name of ['aac-fragments', 'aac-fragments-hybrid', 'aac-fragments-dash']) {
      expect((await demuxMp4(fixture(`mp4/${name}.mp4`))).keep).toEqual([[26, 860]]);
    }
  });

  test('packets can be read again and again', async () => {
    const { track, packets } = await demuxMp4(fixture('mp4/aac-fragments-hybrid.mp4'));
    const again: Buffer[] = [];
    for await (const batch of track.packets()) for (const { data } of batch) again.push(Buffer.from(data));
    expect(digest(again)).toBe(digest(packets));
  });

  test('tags', async () => {
    const { tags } = (await demuxMp4(fixture('mp4/aac-moov-last.m4a'))).track;
    expect(tags).toEqual({ title: 'Één, två', artist: 'espeak', comment: 'test' });
  });

  test('an aborted signal ends the reading of packets', async () => {
    const { track } = await demuxMp4(fixture('mp4/pcm-fl64.mov'));
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(track.packets(controller.signal).next()).rejects.toThrow('enough');
  });
});

describe('errors of real files', () => {
  test('a codec that is not decoded is named', async () => {
    const path = fileURLToPath(new URL('fixtures/mp4/ac3.mp4', import.meta.url));
    expect((await audioErrorOf(openAudio(path))).message).toBe(
      `"${path}" holds audio in the codec AC-3 (Dolby Digital), which cannot be decoded.`,
    );
  });

  test('only video', async () => {
    const error = await audioErrorOf(demuxMp4(fixture('mp4/video-only.mp4')));
    expect(error.message).toBe('"memory.mp4" holds no audio: there is only video.');
  });
});

test('decoded length is exact to the frame', async () => {
  for (const [name, perPacket, frames] of [
    ['aac-moov-last.m4a', 1024, 26_460],
    ['opus.mp4', 960, 28_800],
    ['aac-fragments-dash.mp4', 1024, 26 * 1024 + 860],
  ] as const) {
    const { track } = await demuxMp4(fixture(`mp4/${name}`));
    const input = new PacketInput(
      new MemorySource(new Uint8Array(0)),
      { container: 'mp4', mimeType: 'audio/mp4', name: 'MP4' },
      track,
      silence(perPacket, track.sampleRate as number),
    );
    let decoded = 0;
    for await (const block of input.blocks()) decoded += block.frames;
    expect(decoded).toBe(frames);
  }
});

/** A decoder that makes `frames` frames of every packet. */
function silence(frames: number, sampleRate: number): PacketDecoder {
  const channels = [new Float32Array(frames)];
  return {
    format: { codec: 'none', sampleRate, channels: 1, layout: ['mono'], bitsPerSample: 0 },
    decode: () => ({ frames, channels }),
    reset: () => undefined,
  };
}
