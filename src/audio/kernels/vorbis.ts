/**
 * The work on Vorbis spectra: residues with their codewords and vectors, channel coupling, floors of type 1. All
 * numbers lie in two arrays in the imported memory, laid out by `src/audio/codecs/vorbis/tables.ts`;
 * `plain-spectrum.ts` beside it does the same without a kernel and names the sources.
 */

const TABLE_MASK: u32 = 1023;
const TABLE_BITS: i32 = 10;

let packet: usize = 0;
let ints: usize = 0;
let floats: usize = 0;
let lists: usize = 0;
let points: usize = 0;
let classes: usize = 0;
let decibels: usize = 0;
let spectra: usize = 0;
let pitch: usize = 0;

/** The next bit of the packet, and the one behind its last. */
let position: i32 = 0;
let end: i32 = 0;

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * Says where things are: the packet and the two arrays as addresses, the others as indexes in them. The spectrum of
 * channel c begins at `spectrum + c * distance` of `floats`.
 */
export function place(
  packetAt: usize,
  intsAt: usize,
  floatsAt: usize,
  listAt: i32,
  pointsAt: i32,
  classesAt: i32,
  decibelsAt: i32,
  spectrum: i32,
  distance: i32,
): void {
  packet = packetAt;
  ints = intsAt;
  floats = floatsAt;
  lists = int(listAt);
  points = int(pointsAt);
  classes = int(classesAt);
  decibels = float(decibelsAt);
  spectra = float(spectrum);
  pitch = <usize>distance << 2;
}

@inline
function int(index: i32): usize {
  return ints + (<usize>index << 2);
}

@inline
function float(index: i32): usize {
  return floats + (<usize>index << 2);
}

/** The next entry of the tree at the address `tree`; -1 past the end of the packet, or where no codeword leads. */
@inline
function decode(tree: usize): i32 {
  const bits = load<u32>(packet + (<usize>position >> 3)) >> (<u32>position & 7);
  let value = load<i32>(tree + ((bits & TABLE_MASK) << 2));
  if (value <= 0) value = decodeLong(tree, value);
  position += value & 0xff;
  if (value == 0 || position > end) return -1;
  return value >>> 8;
}

function decodeLong(tree: usize, start: i32): i32 {
  let value = start;
  for (let next = position + TABLE_BITS; value < 0; next++) {
    const bit = (load<u8>(packet + (<usize>next >> 3)) >> (<u8>next & 7)) & 1;
    value = load<i32>(tree + (<usize>(<i32>bit - value) << 2));
  }
  return value;
}

@inline
function isDecoded(type: i32, vector: i32): bool {
  return type == 2 || load<i32>(lists + (<usize>vector << 3), 4) == 1;
}

@inline
function channelAt(item: i32): usize {
  return spectra + <usize>load<i32>(lists + (<usize>item << 3)) * pitch;
}

export function addResidue(residue: i32, start: i32, stop: i32, channels: i32, half: i32): i32 {
  position = start;
  end = stop;
  const record = int(residue);
  const type = load<i32>(record);
  const length = type == 2 ? half * channels : half;
  const first = min(load<i32>(record, 4), length);
  const last = min(load<i32>(record, 8), length);
  const partitions = (last - first) / load<i32>(record, 12);
  if (partitions > 0 && (type != 2 || hasAny(channels))) passesOf(record, type, first, partitions, channels);
  return position;
}

function hasAny(channels: i32): bool {
  for (let i = 0; i < channels; i++) {
    if (load<i32>(lists + (<usize>i << 3), 4) == 1) return true;
  }
  return false;
}

function passesOf(record: usize, type: i32, begin: i32, partitions: i32, channels: i32): void {
  const size = load<i32>(record, 12);
  const classBook = int(load<i32>(record, 20));
  const passes = load<i32>(record, 24);
  const classWords = load<i32>(classBook, 8);
  const vectors = type == 2 ? 1 : channels;
  for (let pass = 0; pass < passes; pass++) {
    for (let first = 0; first < partitions; first += classWords) {
      if (pass == 0 && !readClasses(record, classBook, type, first, partitions, vectors)) return;
      const last = min(first + classWords, partitions);
      for (let partition = first; partition < last; partition++) {
        const at = begin + partition * size;
        for (let vector = 0; vector < vectors; vector++) {
          if (!isDecoded(type, vector)) continue;
          const kind = load<i32>(classes + (<usize>(vector * partitions + partition) << 2));
          const book = load<i32>(record + (<usize>(8 * kind + pass) << 2), 28);
          if (book < 0) continue;
          if (!addPartition(int(book), type, vector, at, size, channels)) return;
        }
      }
    }
  }
}

function readClasses(record: usize, classBook: usize, type: i32, first: i32, partitions: i32, vectors: i32): bool {
  const classifications = load<i32>(record, 16);
  const tree = int(load<i32>(classBook));
  const count = load<i32>(classBook, 8);
  for (let vector = 0; vector < vectors; vector++) {
    if (!isDecoded(type, vector)) continue;
    let value = decode(tree);
    if (value < 0) return false;
    const row = classes + (<usize>(vector * partitions) << 2);
    for (let partition = first + count - 1; partition >= first; partition--) {
      if (partition < partitions) store<i32>(row + (<usize>partition << 2), value % classifications);
      value /= classifications;
    }
    if (value > 0) return false;
  }
  return true;
}

function addPartition(book: usize, type: i32, vector: i32, at: i32, size: i32, channels: i32): bool {
  const tree = int(load<i32>(book));
  const vectors = float(load<i32>(book, 4));
  const dimensions = load<i32>(book, 8);
  if (type == 2) {
    if (channels == 2) return addPairs(tree, vectors, dimensions, at, size);
    return addInterleaved(tree, vectors, dimensions, at, size, channels);
  }
  const target = channelAt(vector) + (<usize>at << 2);
  if (type == 1) return addNeighbours(tree, vectors, dimensions, target, size);
  return addSpread(tree, vectors, dimensions, target, size);
}

function addNeighbours(tree: usize, vectors: usize, dimensions: i32, target: usize, size: i32): bool {
  const targetEnd = target + (<usize>size << 2);
  const step = <usize>dimensions << 2;
  while (target < targetEnd) {
    const entry = decode(tree);
    if (entry < 0) return false;
    let source = vectors + <usize>entry * step;
    const sourceEnd = source + min(step, targetEnd - target);
    for (; source < sourceEnd; source += 4, target += 4) {
      store<f32>(target, load<f32>(target) + load<f32>(source));
    }
  }
  return true;
}

/** Two channels in turn, from element `at` on. */
function addPairs(tree: usize, vectors: usize, dimensions: i32, at: i32, size: i32): bool {
  let here = channelAt(at & 1) + (<usize>(at >> 1) << 2);
  let other = channelAt((at & 1) ^ 1) + (<usize>((at + 1) >> 1) << 2);
  let left = size;
  while (left > 0) {
    const entry = decode(tree);
    if (entry < 0) return false;
    let source = vectors + (<usize>(entry * dimensions) << 2);
    const count = min(dimensions, left);
    left -= count;
    const sourceEnd = source + (<usize>(count & ~1) << 2);
    for (; source < sourceEnd; source += 8, here += 4, other += 4) {
      store<f32>(here, load<f32>(here) + load<f32>(source));
      store<f32>(other, load<f32>(other) + load<f32>(source, 4));
    }
    if ((count & 1) != 0) {
      store<f32>(here, load<f32>(here) + load<f32>(source));
      const next = here + 4;
      here = other;
      other = next;
    }
  }
  return true;
}

function addInterleaved(
  tree: usize,
  vectors: usize,
  dimensions: i32,
  at: i32,
  size: i32,
  channels: i32,
): bool {
  let item = at % channels;
  let index = <usize>(at / channels) << 2;
  let left = size;
  while (left > 0) {
    const entry = decode(tree);
    if (entry < 0) return false;
    let source = vectors + (<usize>(entry * dimensions) << 2);
    const count = min(dimensions, left);
    left -= count;
    const sourceEnd = source + (<usize>count << 2);
    for (; source < sourceEnd; source += 4) {
      const target = channelAt(item) + index;
      store<f32>(target, load<f32>(target) + load<f32>(source));
      item++;
      if (item == channels) {
        item = 0;
        index += 4;
      }
    }
  }
  return true;
}

/** Elements of a vector are as far apart as there are vectors in a partition. */
function addSpread(tree: usize, vectors: usize, dimensions: i32, target: usize, size: i32): bool {
  const rounds = size / dimensions;
  const distance = <usize>rounds << 2;
  for (let round = 0; round < rounds; round++) {
    const entry = decode(tree);
    if (entry < 0) return false;
    let source = vectors + (<usize>(entry * dimensions) << 2);
    let at = target + (<usize>round << 2);
    for (let i = 0; i < dimensions; i++, at += distance, source += 4) {
      store<f32>(at, load<f32>(at) + load<f32>(source));
    }
  }
  return true;
}

export function uncouple(magnitude: i32, angle: i32, half: i32): void {
  let first = float(magnitude);
  let second = float(angle);
  const last = first + (<usize>half << 2);
  const zero = f32x4.splat(0);
  for (; first < last; first += 16, second += 16) {
    const m = v128.load(first);
    const a = v128.load(second);
    const size = f32x4.abs(a);
    const other = v128.bitselect(f32x4.sub(m, size), f32x4.add(m, size), f32x4.gt(m, zero));
    const isAhead = f32x4.gt(a, zero);
    v128.store(first, v128.bitselect(m, other, isAhead));
    v128.store(second, v128.bitselect(other, m, isAhead));
  }
}

export function applyLine(spectrum: i32, count: i32, half: i32): void {
  const target = float(spectrum);
  let x = load<i32>(points);
  let y = load<i32>(points, 4);
  let point = points + 8;
  for (let i = 1; i < count && x < half; i++, point += 8) {
    const nextX = load<i32>(point);
    const nextY = load<i32>(point, 4);
    applySegment(target, x, y, nextX, nextY, min(nextX, half));
    x = nextX;
    y = nextY;
  }
  const factor = load<f32>(decibels + (<usize>y << 2));
  let at = target + (<usize>x << 2);
  const last = target + (<usize>half << 2);
  for (; at < last; at += 4) store<f32>(at, load<f32>(at) * factor);
}

@inline
function applySegment(target: usize, x0: i32, y0: i32, x1: i32, y1: i32, stop: i32): void {
  const width = x1 - x0;
  const step = (y1 - y0) / width;
  const direction: isize = y1 < y0 ? -4 : 4;
  const rest = abs(y1 - y0) - abs(step) * width;
  const stepBytes = <isize>step << 2;
  let error = 0;
  let factor = decibels + (<usize>y0 << 2);
  let at = target + (<usize>x0 << 2);
  const last = target + (<usize>stop << 2);
  for (; at < last; at += 4) {
    store<f32>(at, load<f32>(at) * load<f32>(factor));
    factor += stepBytes;
    error += rest;
    if (error >= width) {
      error -= width;
      factor += direction;
    }
  }
}

export function mix(firstAt: i32, secondAt: i32, half: i32): void {
  let first = float(firstAt);
  let second = float(secondAt);
  const last = first + (<usize>half << 2);
  const factor = f32x4.splat(0.5);
  for (; first < last; first += 16, second += 16) {
    v128.store(first, f32x4.mul(factor, f32x4.add(v128.load(first), v128.load(second))));
  }
}
