import { expect, test } from 'vitest';
import { box, demuxMp4, fullBox, latin, mp4File, payload, u16, u32 } from './mp4-helpers.ts';

async function tagsOf(...boxes: Uint8Array[]) {
  return (await demuxMp4(mp4File(payload([5, 5]), {}, { boxes }))).track.tags;
}

const data = (value: string | Uint8Array, type = 1) =>
  box('data', u32(type, 0), typeof value === 'string' ? Buffer.from(value) : value);
const iTunes = (...items: Uint8Array[]) =>
  box('udta', fullBox('meta', 0, 0, fullBox('hdlr', 0, 0, Buffer.alloc(21)), box('ilst', ...items)));

test("iTunes' items: text in UTF-8 and UTF-16, items of their own names, no pictures", async () => {
  const free = box('----', fullBox('mean', 0, 0), fullBox('name', 0, 0, latin('MOOD')), data('calm'));
  const utf16 = Buffer.from('żółw', 'utf16le').swap16();
  const items = [
    box('\xa9nam', data('Een titel')),
    box('\xa9ART', data('Zażółć')),
    box('\xa9alb', data(utf16, 2)),
    box('covr', data(Buffer.alloc(5000), 13)),
    box('trkn', data(Buffer.alloc(8), 0)),
    free,
  ];
  expect(await tagsOf(iTunes(...items))).toEqual({
    title: 'Een titel',
    artist: 'Zażółć',
    album: 'żółw',
    mood: 'calm',
  });
});

test("QuickTime's user data, items with keys, and 3GPP's boxes", async () => {
  const text = (value: string) => Buffer.concat([u16(value.length, 0), latin(value)]);
  const udta = box('udta', box('\xa9nam', text('old title')), box('\xa9swr', text('recorder')));
  expect(await tagsOf(udta)).toEqual({ title: 'old title', encoder: 'recorder' });

  const key = (name: string) => box('mdta', latin(name));
  const keys = fullBox('keys', 0, 0, u32(2), key('com.apple.quicktime.title'), key('com.example.Note'));
  const item = (index: number, value: string) => box(u32(index).toString('latin1'), data(value));
  const meta = box(
    'meta',
    fullBox('hdlr', 0, 0, Buffer.alloc(20)),
    keys,
    box('ilst', item(1, 'new'), item(2, 'b')),
  );
  expect(await tagsOf(meta)).toEqual({ title: 'new', 'com.example.note': 'b' });

  const titl = fullBox('titl', 0, 0, u16(0x55c4), Buffer.from('drei\0'));
  const perf = fullBox('perf', 0, 0, u16(0x55c4), Buffer.from('\ufeffżółw', 'utf16le').swap16());
  expect(await tagsOf(box('udta', titl, perf))).toEqual({ title: 'drei', artist: 'żółw' });
});

test('the first of each name counts, and neither length nor number is without bounds', async () => {
  const long = box('\xa9nam', data('x'.repeat(100_000)));
  const many = Array.from({ length: 500 }, (_, i) =>
    box('----', fullBox('mean', 0, 0), fullBox('name', 0, 0, latin(`n${i}`)), data('v')),
  );
  const tags = await tagsOf(iTunes(long, box('\xa9nam', data('second')), ...many));
  expect(tags?.['title']?.length).toBe(4096);
  expect(Object.keys(tags ?? {}).length).toBe(100);
});

test('a name that objects have already is no tag', async () => {
  const item = (name: string) => box('----', fullBox('name', 0, 0, latin(name)), data('v'));
  expect(await tagsOf(iTunes(item('__proto__'), item('constructor')))).toEqual({ constructor: 'v' });
});
