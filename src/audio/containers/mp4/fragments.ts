import { damagedFile } from '../../file-errors.ts';
import { BigEndian } from '../../io/big-endian.ts';
import type { ByteSource } from '../../io/file-source.ts';
import { Window } from '../../io/window.ts';
import { boxAt, boxesIn, type FileBox, findBox } from './boxes.ts';
import { bytesOf, type SampleRun, samplesBefore } from './sample-runs.ts';

/** What fragments of a track leave unsaid. Source: ISO/IEC 14496-12 §8.8.3 (`trex`). */
export interface FragmentDefaults {
  trackId: number;
  duration: number;
  size: number;
}

/** Defaults of track `trackId` in the body of an `mvex` box. */
export function readDefaults(mvex: Uint8Array, trackId: number): FragmentDefaults {
  for (const { type, body } of boxesIn(mvex)) {
    const fields = new BigEndian(body, 4);
    if (type !== 'trex' || fields.u32() !== trackId) continue;
    fields.skip(4);
    return { trackId, duration: fields.u32(), size: fields.u32() };
  }
  return { trackId, duration: 0, size: 0 };
}

/** A `moof` larger than this is no header any more. */
const MAX_MOOF_BYTES = 67_108_864;

/** What a walk through fragments tells about the end of the file. */
export interface FragmentWalk {
  /** Set when the file ended inside a fragment, or made no sense from there on: a whole clause. */
  stopped?: string;
}

/**
 * The samples of a track in all fragments from byte `position` of the file on. The last packet of all keeps as much as
 * its duration says, when that is shorter than the one before. Ends at the first fragment that is cut or damaged.
 *
 * Source: ISO/IEC 14496-12 §8.8.4 to §8.8.8 (`moof`, `traf`, `tfhd`, `trun`).
 *
 * @throws AudioError when a fragment's header is absurdly long.
 */
export async function* fragmentRuns(
  source: ByteSource,
  position: number,
  defaults: FragmentDefaults,
  walk: FragmentWalk,
): AsyncGenerator<SampleRun, void, undefined> {
  let pending: SampleRun | undefined;
  let bytesLeft = source.size;
  for await (const { moof, body } of moofs(source, position, walk)) {
    for (const run of runsOf(body, moof.start, defaults)) {
      const count = run.position < 0 ? 0 : samplesBefore(run, source.size);
      bytesLeft -= bytesOf(run.sizes, count);
      if (bytesLeft < 0) throw damagedFile(source.path, 'MP4', 'its fragments share their samples');
      if (pending !== undefined) yield { ...pending, keep: undefined };
      pending = { ...run, count };
      if (count === run.count) continue;
      walk.stopped = 'a fragment goes on beyond its end';
      if (count > 0) yield { ...pending, keep: undefined };
      return;
    }
  }
  if (pending !== undefined) yield pending;
}

/** More boxes than any file has; a hostile one may consist of millions of empty ones. */
const MAX_BOXES = 1_000_000;

async function* moofs(
  source: ByteSource,
  from: number,
  walk: FragmentWalk,
): AsyncGenerator<{ moof: FileBox; body: Uint8Array }, void, undefined> {
  const window = new Window(source);
  let position = from;
  for (let count = 0; position + 8 <= source.size && count < MAX_BOXES; count++) {
    const box = await boxAt(window, position);
    if (box === undefined) {
      walk.stopped = `what stands at byte ${position} is no box`;
      return;
    }
    if (box.type === 'moof') {
      if (box.end > source.size) {
        walk.stopped = 'it ends inside the header of a fragment';
        return;
      }
      if (box.end - box.start > MAX_MOOF_BYTES) {
        throw damagedFile(
          source.path,
          'MP4',
          `the fragment at byte ${position} has a header of ${box.end - box.start} bytes`,
        );
      }
      yield { moof: box, body: await window.read(box.bodyStart, box.end - box.bodyStart) };
    }
    position = box.end;
  }
}

/** What applies to all runs of a `traf`. */
interface TrackFragment {
  base: number;
  duration: number;
  size: number;
}

const TFHD = { base: 1, entry: 2, duration: 8, size: 0x10, baseIsMoof: 0x20000 };
const TRUN = { offset: 1, firstFlags: 4, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };

/** The runs of one track in the body of a `moof` that begins at `start` in the file. */
function* runsOf(moof: Uint8Array, start: number, defaults: FragmentDefaults): Generator<SampleRun> {
  let base = start;
  for (const { type, body: traf } of boxesIn(moof)) {
    if (type !== 'traf') continue;
    const header = readHeader(findBox(traf, 'tfhd') ?? new Uint8Array(0), defaults, start, base);
    let next = header.base;
    for (const { type: inner, body } of boxesIn(traf)) {
      if (inner !== 'trun') continue;
      const run = readRun(body, header, next);
      next = run.position + bytesOf(run.sizes, run.count);
      if (header.isWanted && run.count > 0) yield run;
    }
    base = next;
  }
}

function readHeader(
  tfhd: Uint8Array,
  defaults: FragmentDefaults,
  moofStart: number,
  followingBase: number,
): TrackFragment & { isWanted: boolean } {
  const fields = new BigEndian(tfhd, 1);
  const flags = fields.u24();
  const isWanted = fields.u32() === defaults.trackId;
  const base =
    (flags & TFHD.base) !== 0 ? fields.u64() : (flags & TFHD.baseIsMoof) !== 0 ? moofStart : followingBase;
  if ((flags & TFHD.entry) !== 0) fields.skip(4);
  const duration = (flags & TFHD.duration) !== 0 ? fields.u32() : defaults.duration;
  const size = (flags & TFHD.size) !== 0 ? fields.u32() : defaults.size;
  return { isWanted, base, duration, size };
}

function readRun(trun: Uint8Array, header: TrackFragment, following: number): SampleRun {
  const fields = new BigEndian(trun, 1);
  const flags = fields.u24();
  const claimed = fields.u32();
  const position = (flags & TRUN.offset) !== 0 ? header.base + fields.i32() : following;
  if ((flags & TRUN.firstFlags) !== 0) fields.skip(4);

  const columns = [TRUN.duration, TRUN.size, TRUN.flags, TRUN.composition].filter(
    (flag) => (flags & flag) !== 0,
  );
  if (columns.length === 0)
    return { position, count: header.size === 0 ? 0 : claimed, sizes: header.size || 1 };
  const count = Math.max(0, Math.min(claimed, Math.floor(fields.left / (4 * columns.length))));
  const hasSizes = (flags & TRUN.size) !== 0;
  const sizes = new Uint32Array(hasSizes ? count : 0);
  let before = header.duration;
  let last = header.duration;
  for (let i = 0; i < count; i++) {
    if ((flags & TRUN.duration) !== 0) {
      before = last;
      last = fields.u32();
    }
    if (hasSizes) sizes[i] = fields.u32();
    if ((flags & TRUN.flags) !== 0) fields.skip(4);
    if ((flags & TRUN.composition) !== 0) fields.skip(4);
  }
  const keep = last > 0 && last < before ? last : undefined;
  if (hasSizes) return { position, count, sizes, keep };
  return { position, count: header.size === 0 ? 0 : count, sizes: header.size || 1, keep };
}
