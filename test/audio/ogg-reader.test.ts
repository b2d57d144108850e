import { describe, expect, test } from 'vitest';
import { measureLink, openLink } from '../../src/audio/containers/ogg/link.ts';
import { FileSource } from '../../src/audio/io/file-source.ts';
import { openAudio } from '../../src/audio/open-audio.ts';
import { audioErrorOf, useFolder } from './fixtures.ts';
import { changePage, fixture, fixtureBytes, makePage, muxed, packetsOf, pagesOf } from './ogg-helpers.ts';
import { decodeFile, snr } from './samples.ts';
import { randomSpec } from './vorbis-random.ts';
import { headersOf, VorbisBitWriter } from './vorbis-writer.ts';

const folder = useFolder();

const decodeBytes = async (bytes: Uint8Array, options = {}) =>
  decodeFile(await folder.file('case.ogg', bytes), options);

/** The position of a page. */
const granule = (page: Buffer | undefined) => Number(page?.readBigInt64LE(6));
const setGranule = (value: number) => (page: Buffer) => {
  page.writeBigInt64LE(BigInt(value), 6);
};
const slices = (channels: Float32Array[], start: number, end?: number) =>
  channels.map((samples) => samples.subarray(start, end));

describe('a file', () => {
  test('says what it holds before it is decoded', async () => {
    const input = await openAudio(fixture('stereo.ogg'));
    await input.close();
    expect(input.info).toMatchObject({
      container: 'ogg',
      codec: 'vorbis',
      sampleRate: 44_100,
      channels: 2,
      bitsPerSample: 0,
      frames: 13_230,
      seconds: 0.3,
      layout: ['FL', 'FR'],
      tags: { title: 'A title', artist: 'Someone' },
    });
    expect(Object.keys(input.info.tags ?? {})).toEqual(['title', 'artist']);
  });

  test('decodes alike each time, without remarks', async () => {
    const once = await decodeFile(fixture('stereo.ogg'));
    const again = await decodeFile(fixture('stereo.ogg'), {}, 2);
    expect(again.channels).toEqual(once.channels);
    expect(once.frames).toBe(13_230);
    expect(once.notes).toEqual([]);
  });

  test('stops when it is told to', async () => {
    const input = await openAudio(fixture('stereo.ogg'));
    const controller = new AbortController();
    const blocks = input.blocks(controller.signal);
    await blocks.next();
    controller.abort(new Error('enough'));
    await expect(
      (async () => {
        for (;;) if ((await blocks.next()).done) return;
      })(),
    ).rejects.toThrow('enough');
    await input.close();
  });
});

describe('positions', () => {
  const file = fixtureBytes('mono16.ogg');

  test('the last one cuts the end', async () => {
    const whole = await decodeFile(fixture('mono16.ogg'));
    const { info, frames, channels } = await decodeBytes(changePage(file, -1, setGranule(3001)));
    expect([info.frames, frames]).toEqual([3001, 3001]);
    expect(channels).toEqual(slices(whole.channels, 0, 3001));
  });

  /** The fixture with one packet a page, and the position of the first audio page that has output moved by `by`. */
  function moved(by: number): Buffer {
    const packets = packetsOf(file);
    let position = 0;
    // Blocks of this encoder at 16 kHz have 512 or 1024 samples; positions are known at the end only.
    const total = granule(pagesOf(file).at(-1));
    const granules = packets.map((_, i) => (i < 3 ? 0 : i === packets.length - 1 ? total + by : -1));
    granules[4] = position = blockSamples(packets[3] as Buffer, packets[4] as Buffer) + by;
    expect(position).toBeGreaterThan(0);
    return muxed(packets, granules);
  }

  test('the first one may begin before 0: that is cut', async () => {
    const whole = await decodeFile(fixture('mono16.ogg'));
    const { info, frames, channels } = await decodeBytes(moved(-100));
    expect([info.frames, frames]).toEqual([whole.frames - 100, whole.frames - 100]);
    expect(channels).toEqual(slices(whole.channels, 100));
  });

  test('the first one may begin behind 0: the stream was joined while it ran', async () => {
    const whole = await decodeFile(fixture('mono16.ogg'));
    const { info, frames, channels } = await decodeBytes(moved(1_000_000));
    expect([info.frames, frames]).toEqual([whole.frames, whole.frames]);
    expect(channels).toEqual(whole.channels);
  });

  test('headers alone are an error', async () => {
    const headers = Buffer.concat(pagesOf(file).slice(0, 2));
    const error = await audioErrorOf(decodeBytes(headers));
    expect(error.message).toMatch(/holds no audio|cut off/);
  });
});

/** What two packets of mono16.ogg give: its modes are a short and a long one, in this order. */
function blockSamples(before: Buffer, packet: Buffer): number {
  const size = ([byte = 0]: Buffer) => ((byte & 2) === 0 ? 512 : 1024);
  return (size(before) + size(packet)) / 4;
}

describe('damage', () => {
  const file = fixtureBytes('stereo.ogg');
  const packets = packetsOf(file);
  const total = 13_230;
  const small = muxed(
    packets,
    packets.map((_, i) => (i < 3 ? 0 : i === packets.length - 1 ? total : -1)),
  );

  test('of one page costs that page only, and is told', async () => {
    const whole = await decodeFile(fixture('stereo.ogg'));
    const pages = pagesOf(small);
    const at = pages.length - 8;
    (pages[at] as Buffer)[40] = 1 ^ ((pages[at] as Buffer)[40] ?? 0);
    const { frames, channels, notes } = await decodeBytes(Buffer.concat(pages));
    expect(notes.map(({ level, text }) => [level, text.replace(/".*"/, 'X')])).toEqual([
      ['warning', 'X is damaged: silence stands in the place of 1 packet of 21 (the first: it is missing).'],
      ['warning', 'X is damaged: bytes in 1 place were left out.'],
    ]);
    expect(frames).toBeGreaterThan(total - 3 * 1024);
    slices(whole.channels, 0, 2048).forEach((expected, i) => {
      expect(snr(channels[i], expected)).toBeGreaterThan(140);
    });
    const end = (all: Float32Array[], from: number) => all.map((samples) => samples.slice(from - 2000, from));
    // The end is not cut where it was, since the file became shorter; it is the same sound.
    expect(end(channels, frames)[0]?.some((value) => Math.abs(value) > 0.001)).toBe(true);
  });

  test.each([0.4, 0.7, 0.95])('a file cut off at %d just ends, and that is told', async (part) => {
    const whole = await decodeFile(fixture('stereo.ogg'));
    const bytes = small.subarray(0, Math.floor(small.length * part));
    const { info, frames, channels, notes } = await decodeBytes(bytes);
    expect(notes.map(({ level, text }) => [level, /no mark at its end/.test(text)])).toEqual([
      ['warning', true],
    ]);
    expect(frames).toBeGreaterThan(0);
    expect(frames).toBeLessThan(total);
    expect(info.frames ?? frames).toBe(frames);
    expect(channels).toEqual(slices(whole.channels, 0, frames));
  });

  test('garbage before the first page is no Ogg file; between pages it is left out', async () => {
    const pages = pagesOf(small);
    pages.splice(6, 0, Buffer.from('some other bytes'));
    const whole = await decodeFile(fixture('stereo.ogg'));
    const { channels, notes } = await decodeBytes(Buffer.concat(pages));
    expect(channels).toEqual(whole.channels);
    expect(notes.map((note) => note.level)).toEqual(['warning']);
  });
});

describe('chains', () => {
  const stereo = fixtureBytes('stereo.ogg');
  const mono = fixtureBytes('mono16.ogg');

  test('with another rate and number of channels go on as the first link', async () => {
    const first = await decodeFile(fixture('stereo.ogg'));
    const second = await decodeFile(fixture('mono16.ogg'));
    const { info, frames, channels, notes } = await decodeBytes(Buffer.concat([stereo, mono]));
    const added = Math.ceil((second.frames * 44_100) / 16_000);
    expect(info).toMatchObject({ sampleRate: 44_100, channels: 2, frames: 13_230 + added });
    expect(frames).toBe(13_230 + added);
    expect(slices(channels, 0, 13_230)).toEqual(first.channels);
    expect(channels[0]?.subarray(13_230)).toEqual(channels[1]?.subarray(13_230));
    expect(energy(channels[0]?.subarray(13_230)) / 44_100).toBeCloseTo(
      energy(second.channels[0]) / 16_000,
      5,
    );
    expect(notes.map((note) => note.level)).toEqual(['detail']);
  });

  test('are mixed down when the first link is mono', async () => {
    const second = await decodeFile(fixture('stereo.ogg'));
    const { info, frames, channels } = await decodeBytes(Buffer.concat([mono, stereo]));
    const start = frames - Math.ceil((13_230 * 16_000) / 44_100);
    expect(info).toMatchObject({ sampleRate: 16_000, channels: 1, frames });
    const mix = (second.channels[0] as Float32Array).map(
      (value, i) => 0.5 * (value + (second.channels[1]?.[i] ?? 0)),
    );
    expect(energy(channels[0]?.subarray(start)) / 16_000).toBeCloseTo(energy(mix) / 44_100, 4);
  });

  test('of equal serial numbers count as links, too', async () => {
    const once = await decodeFile(fixture('stereo.ogg'));
    const { info, channels } = await decodeBytes(Buffer.concat([stereo, stereo, stereo]));
    expect(info.frames).toBe(3 * 13_230);
    for (const start of [0, 13_230, 26_460]) {
      expect(slices(channels, start, start + 13_230)).toEqual(once.channels);
    }
  });

  test('may change the codec; Opus is decoded at its own rate and converted', async () => {
    const { info, frames, notes } = await decodeBytes(Buffer.concat([stereo, fixtureBytes('stereo.opus')]));
    expect(info).toMatchObject({ codec: 'vorbis', sampleRate: 44_100, frames: 26_460 });
    expect(frames).toBe(26_460);
    expect(notes.map((note) => note.level)).toEqual(['detail']);
    const wanted = { sampleRate: 24_000, mono: true };
    const small = await decodeBytes(Buffer.concat([fixtureBytes('stereo.opus'), stereo]), { wanted });
    expect(small.info).toMatchObject({ codec: 'opus', sampleRate: 24_000, channels: 1, frames: 14_400 });
    expect(small.frames).toBe(14_400);
  });

  test('leave out a link that cannot be decoded, and say so', async () => {
    const bytes = Buffer.concat([stereo, fixtureBytes('speex.spx'), stereo]);
    const { info, frames, notes } = await decodeBytes(bytes);
    expect([info.frames, frames]).toEqual([26_460, 26_460]);
    expect(notes[0]?.text).toMatch(/^Part 2 of ".*" was left out\. .*Speex/);
  });

  test('leave out a link whose decoder cannot be started', async () => {
    // The header of Opus is looked into by the container; that of a codebook's tree by the decoder only.
    const spec = randomSpec(25);
    const books = spec.books.map((book, i) =>
      i === 0 ? { ...book, isOrdered: false, isSparse: false, lengths: [1, 2] } : book,
    );
    const broken = muxed(
      [...headersOf({ ...spec, books }), Buffer.alloc(30), Buffer.alloc(30)],
      [0, 0, 0, 0, 64],
    );
    const { frames, notes } = await decodeBytes(Buffer.concat([stereo, broken, stereo]));
    expect(frames).toBe(26_460);
    expect(notes[0]?.text).toMatch(/^Part 2 of ".*" was left out\. .* a codebook leaves codewords over/);
  });

  test('in a long file are found by looking into it', async () => {
    // Pages of 60 kB, so that the file is not read through for its small size.
    const packets = packetsOf(mono);
    const filler = Buffer.alloc(60_000);
    const pages = Array.from({ length: 40 }, (_, i) =>
      makePage({ packets: [filler], serial: 1, sequence: i + 3, granule: 1000 + i }),
    );
    const headers = changePage(muxed(packets.slice(0, 3), [0, 0, 0]), -1, (page) => {
      page[5] = 0;
    });
    const long = Buffer.concat([headers, ...pages]);
    const path = await folder.file('long.ogg', Buffer.concat([long, stereo]));
    const input = await openAudio(path);
    await input.close();
    expect(input.info.frames).toBe(39 + Math.ceil((13_230 * 16_000) / 44_100));
  });
});

function energy(samples: Float32Array | undefined): number {
  let sum = 0;
  for (const value of samples ?? []) sum += value * value;
  return sum;
}

describe('other streams', () => {
  test('beside the audio are skipped', async () => {
    const { info, frames, notes } = await decodeFile(fixture('video.ogv'));
    expect(info).toMatchObject({ codec: 'vorbis', sampleRate: 16_000, channels: 1, frames });
    expect(frames).toBe(4800);
    expect(notes).toEqual([]);
  });

  test.each([
    ['video-only.ogv', /holds no audio: it is an Ogg file with Theora/],
    ['speex.spx', /codec Speex, which cannot be decoded/],
  ])('%s is refused by name', async (name, message) => {
    expect((await audioErrorOf(decodeFile(fixture(name)))).message).toMatch(message);
  });

  test.each([
    ['CELT    1', /codec CELT/],
    ['PCM     1', /codec PCM in Ogg/],
    ['\x80theora', /no audio: .* with Theora/],
    ['\x01video', /no audio: .* with Ogg Media video/],
    ['abc', /no audio: .* with unknown \(61 62 63\)/],
  ])('%j is refused by name', async (magic, message) => {
    const bytes = muxed([Buffer.from(magic, 'latin1'), Buffer.from('x')], [0, 0]);
    expect((await audioErrorOf(decodeBytes(bytes))).message).toMatch(message);
  });

  test('a file that does not begin with a beginning is refused', async () => {
    const pages = pagesOf(fixtureBytes('stereo.ogg')).slice(1);
    const error = await audioErrorOf(decodeBytes(Buffer.concat(pages)));
    expect(error.message).toMatch(/is a damaged Ogg file: no stream begins in it/);
  });

  test('FLAC is given as STREAMINFO and frames', async () => {
    const source = await FileSource.open(fixture('flac.oga'));
    const link = await openLink(source, 0);
    await measureLink(source, link, source.size);
    const { track } = link;
    expect(track).toMatchObject({
      codec: 'flac',
      sampleRate: 16_000,
      channels: 1,
      bitsPerSample: 16,
      duration: 4800,
      skip: 0,
      timeScale: 16_000,
    });
    expect(track.tags).toMatchObject({ title: 'A title' });
    expect(track.config.length).toBe(34);
    const starts: number[][] = [];
    for await (const batch of track.packets())
      for (const { data } of batch) starts.push([...data.subarray(0, 2)]);
    await source.close();
    expect(starts.length).toBeGreaterThan(0);
    // Every packet is one frame: sync code, fixed block size.
    for (const start of starts) expect(start).toEqual([0xff, 0xf8]);
  });
});

describe('comments', () => {
  async function tagsOf(comments: readonly (string | Buffer)[], count = comments.length) {
    const [id, , setup, ...audio] = packetsOf(fixtureBytes('mono16.ogg'));
    const bits = new VorbisBitWriter().write(3, 8).text('vorbis').write(0, 32).write(count, 32).bytes();
    const fields = comments.flatMap((comment) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(comment));
      return [length, Buffer.from(comment)];
    });
    const packets = [id, Buffer.concat([bits, ...fields, Buffer.from([1])]), setup, ...audio] as Buffer[];
    const granules = packets.map((_, i) => (i === packets.length - 1 ? 4800 : i < 3 ? 0 : -1));
    const pages = packets.flatMap((packet, i) => pagesOfPacket(packet, i, granules[i] ?? 0, packets.length));
    const { info, frames } = await decodeBytes(Buffer.concat(pages));
    expect(frames).toBe(4800);
    return info.tags;
  }

  /** A packet on as many pages as it needs. */
  let sequence = 0;
  function pagesOfPacket(packet: Buffer, index: number, position: number, count: number): Buffer[] {
    if (index === 0) sequence = 0;
    const pages: Buffer[] = [];
    for (let at = 0; at <= packet.length; at += 254 * 255) {
      const goesOn = packet.length - at >= 254 * 255;
      pages.push(
        makePage({
          packets: [packet.subarray(at, at + 254 * 255)],
          sequence: sequence++,
          granule: goesOn ? -1 : position,
          isContinued: at > 0,
          isFirst: index === 0,
          isLast: index === count - 1 && !goesOn,
          goesOn,
        }),
      );
    }
    return pages;
  }

  test('become tags by lower-case names; the first of equal ones counts', async () => {
    expect(await tagsOf(['TITLE=Ein schöner Tag', 'title=other', 'A b=c=d', 'empty='])).toEqual({
      title: 'Ein schöner Tag',
      'a b': 'c=d',
      empty: '',
    });
  });

  test('without a name, with a wrong one, of loudness or with pictures are left out', async () => {
    const comments = ['=x', 'no equals sign', 'r128_track_gain=5', 'REPLAYGAIN_ALBUM_PEAK=1', 'näme=x'];
    expect(
      await tagsOf([...comments, `metadata_block_picture=${'A'.repeat(200_000)}`, '__proto__=1']),
    ).toEqual({});
  });

  test('are bounded in number and length', async () => {
    const tags = await tagsOf([
      `long=${'x'.repeat(100_000)}`,
      ...Array.from({ length: 400 }, (_, i) => `k${i}=v`),
    ]);
    expect(Object.keys(tags ?? {})).toHaveLength(256);
    expect(tags?.['long']).toHaveLength(4096);
  });

  test('that promise more than there is are read as far as they go', async () => {
    expect(await tagsOf(['a=b'], 0xffffffff)).toMatchObject({ a: 'b' });
  });
});
