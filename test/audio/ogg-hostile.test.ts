import { describe, expect, test } from 'vitest';
import { AudioError } from '../../src/audio/errors.ts';
import { useFolder } from './fixtures.ts';
import { fixtureBytes, muxed, packetsOf, pagesOf, withChecksum } from './ogg-helpers.ts';
import { decodeFile } from './samples.ts';
import { randomOf } from './vorbis-random.ts';

const folder = useFolder();

/** Frames that come out, or the AudioError; anything else fails the test. */
async function framesOf(bytes: Uint8Array, name = 'case.ogg'): Promise<number | AudioError> {
  const path = await folder.file(name, bytes);
  return decodeFile(path).then(
    ({ frames }) => frames,
    (error: unknown) => {
      expect(error).toBeInstanceOf(AudioError);
      return error as AudioError;
    },
  );
}

const FILES = ['mono16.ogg', 'mono.opus', 'video.ogv'];

describe.each(FILES)('%s', (name) => {
  const file = fixtureBytes(name);

  test('cut off anywhere ends or is an error', async () => {
    const step = Math.ceil(file.length / 60);
    for (let length = 0; length < file.length; length += length < 80 ? 7 : step) {
      await framesOf(file.subarray(0, length));
    }
    expect(await framesOf(file)).toBeGreaterThan(0);
  });

  test('with changed bytes ends or is an error', async () => {
    const random = randomOf(file.length);
    for (let i = 0; i < 40; i++) {
      const changed = Buffer.from(file);
      for (let k = 0; k <= i % 4; k++) changed[random(changed.length)] = random(256);
      await framesOf(changed);
    }
  });

  test('with changed bytes and right checksums ends or is an error', async () => {
    const random = randomOf(file.length + 1);
    for (let i = 0; i < 60; i++) {
      const pages = pagesOf(file);
      for (let k = 0; k <= i % 3; k++) {
        const page = pages[random(pages.length)] as Buffer;
        const at = 5 + random(page.length - 5);
        page[at] = random(256);
        withChecksum(page);
      }
      await framesOf(Buffer.concat(pages));
    }
  });

  test('with its pages in any order ends or is an error', async () => {
    const random = randomOf(file.length + 2);
    for (let i = 0; i < 25; i++) {
      const pages = pagesOf(file);
      for (let k = 0; k <= i % 5; k++) {
        const [page] = pages.splice(random(pages.length), 1);
        if (page !== undefined && random(3) > 0) pages.splice(random(pages.length), 0, page);
      }
      await framesOf(Buffer.concat(pages));
    }
  });
});

test('a chain with changed pages ends or is an error', async () => {
  const file = Buffer.concat(['mono16.ogg', 'mono.opus', 'surround.ogg'].map(fixtureBytes));
  const random = randomOf(11);
  for (let i = 0; i < 60; i++) {
    const pages = pagesOf(file);
    for (let k = 0; k <= i % 4; k++) {
      const page = pages[random(pages.length)] as Buffer;
      page[5 + random(Math.min(page.length - 5, 300))] = random(256);
      withChecksum(page);
    }
    await framesOf(Buffer.concat(pages));
  }
});

test('positions beyond all bounds are taken as they are, and nothing waits for them', async () => {
  const packets = packetsOf(fixtureBytes('mono16.ogg'));
  for (const granule of [Number.MAX_SAFE_INTEGER, -5, 0, 1]) {
    const granules = packets.map((_, i) => (i < 3 ? 0 : i === packets.length - 1 ? granule : -1));
    const frames = await framesOf(muxed(packets, granules));
    if (granule === 0) expect(frames).toBeInstanceOf(AudioError);
    else if (granule === 1) expect(frames).toBe(1);
    else expect(frames).toBeGreaterThan(4000);
  }
});

test('a thousand beginnings of streams are no burden', async () => {
  const head = pagesOf(fixtureBytes('mono.opus')).slice(0, 1);
  const bytes = Buffer.concat(Array.from({ length: 1000 }, () => head).flat());
  expect(await framesOf(bytes)).toBeInstanceOf(AudioError);
  const whole = fixtureBytes('mono.opus');
  const frames = await framesOf(Buffer.concat(Array.from({ length: 40 }, () => whole)));
  expect(frames).toBe(40 * 14_400);
});

test('chains of more links than are counted beforehand are decoded to the end', async () => {
  const whole = fixtureBytes('mono.opus');
  const path = await folder.file('chain.opus', Buffer.concat(Array.from({ length: 260 }, () => whole)));
  const { info, frames } = await decodeFile(path, { wanted: { sampleRate: 8000 } });
  expect(info.frames).toBeUndefined();
  expect(frames).toBe(260 * 2400);
});
