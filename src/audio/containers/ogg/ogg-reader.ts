import type { AudioBlock, AudioInfo, AudioInput, AudioNote, Opener, OpenOptions } from '../../audio-input.ts';
import { opusOutputRate } from '../../codecs/opus/opus-head.ts';
import { AudioError, countOf } from '../../errors.ts';
import { noAudio } from '../../file-errors.ts';
import type { ByteSource } from '../../io/file-source.ts';
import { openTrack } from '../../open-track.ts';
import type { FileType } from '../../probe/file-type.ts';
import { finishLink, linkEnd, linkStarts, MAX_LINKS } from './chain.ts';
import { type Link, measureLink, openLink } from './link.ts';
import { LinkConverter } from './link-converter.ts';

/**
 * Opens an Ogg file with Vorbis, Opus or FLAC, alone or beside other streams. Chained files become one stream with
 * the sample rate and the channels of their first link.
 *
 * Source: RFC 3533; RFC 7845; RFC 9639 §10.1; Vorbis I specification, appendix A.
 *
 * @throws AudioError when there is no audio, none that can be decoded, or its headers are damaged
 */
export const openOgg: Opener = async (source, type, options) => {
  const first = await openLink(source, 0);
  const starts = await linkStarts(source, first);
  await measureLink(source, first, starts[1] ?? source.size);
  const input = await openTrack(borrowed(source), type, first.track, options);
  const frames = await countFrames(source, input.info, starts, options);
  if (frames === 0) {
    await input.close();
    throw noAudio(source.path, 'there are headers and no sample');
  }
  return new OggInput({ source, type, options, first, starts, input }, frames);
};

interface OpenedOgg {
  source: ByteSource;
  type: FileType;
  options: OpenOptions;
  first: Link;
  /** Where the links begin that were found beforehand, see `linkStarts`. */
  starts: readonly number[];
  /** The audio of the first link. */
  input: AudioInput;
}

class OggInput implements AudioInput {
  readonly info: AudioInfo;
  readonly #opened: OpenedOgg;
  readonly #path: string;
  #notes: AudioNote[] = [];
  #damaged = 0;
  #links = 0;

  constructor(opened: OpenedOgg, frames: number | undefined) {
    this.#opened = opened;
    this.#path = opened.source.path;
    const { info } = opened.input;
    this.info = { ...info, frames, seconds: frames === undefined ? undefined : frames / info.sampleRate };
  }

  get notes(): readonly AudioNote[] {
    return [...(this.#opened.input.notes ?? []), ...this.#notes];
  }

  async *blocks(signal?: AbortSignal): AsyncGenerator<AudioBlock, void, undefined> {
    const { source, first, input } = this.#opened;
    this.#notes = [];
    this.#damaged = 0;
    this.#links = 1;
    yield* input.blocks(signal);
    let isEnded = false;
    let end = 0;
    for (let link: Link | undefined = first; link !== undefined; link = await this.#nextLink(end)) {
      if (link !== first) yield* this.#later(link, signal);
      end = await finishLink(source, link);
      this.#damaged += link.report.damaged;
      isEnded = link.report.isEnded;
    }
    this.#judge(isEnded);
  }

  async close(): Promise<void> {
    await this.#opened.input.close();
    await this.#opened.source.close();
  }

  /** The next link that can be decoded, from `start` on. */
  async #nextLink(start: number): Promise<Link | undefined> {
    const { source, starts } = this.#opened;
    for (let at = start; at < source.size; ) {
      const end = starts.find((next) => next > at) ?? (await linkEnd(source, at));
      this.#links++;
      try {
        const link = await openLink(source, at);
        await measureLink(source, link, end);
        return link;
      } catch (error) {
        this.#leaveOut(error);
        at = end;
      }
    }
    return undefined;
  }

  /** A later link, as if the first one went on. */
  async *#later(link: Link, signal?: AbortSignal): AsyncGenerator<AudioBlock, void, undefined> {
    const { source, type, options } = this.#opened;
    let input: AudioInput | undefined;
    try {
      input = await openTrack(borrowed(source), type, link.track, options);
      const converter = new LinkConverter(input.info, this.info);
      for await (const block of input.blocks(signal)) {
        const converted = converter.process(block);
        if (converted.frames > 0) yield converted;
      }
      const rest = converter.flush();
      if (rest.frames > 0) yield rest;
    } catch (error) {
      this.#leaveOut(error);
    } finally {
      this.#notes.push(...(input?.notes ?? []));
      await input?.close();
    }
  }

  #leaveOut(error: unknown): void {
    if (!(error instanceof AudioError)) throw error;
    const text = `Part ${this.#links} of "${this.#path}" was left out. ${error.message}`;
    this.#notes.push({ level: 'warning', text });
  }

  #judge(isEnded: boolean): void {
    if (this.#links > 1) {
      const text = `"${this.#path}" is a chain of ${countOf(this.#links, 'stream')}, joined to one.`;
      this.#notes.push({ level: 'detail', text });
    }
    if (this.#damaged > 0) {
      const text = `"${this.#path}" is damaged: bytes in ${countOf(this.#damaged, 'place')} were left out.`;
      this.#notes.push({ level: 'warning', text });
    }
    if (!isEnded) {
      const text = `"${this.#path}" has no mark at its end: it may be cut off.`;
      this.#notes.push({ level: 'warning', text });
    }
  }
}

/** Length of all links at the rate of the first one, whose `info` this is; undefined when it is not known. */
async function countFrames(
  source: ByteSource,
  { frames, sampleRate }: AudioInfo,
  starts: readonly number[],
  { wanted }: OpenOptions,
): Promise<number | undefined> {
  if (starts.length > MAX_LINKS || frames === undefined) return undefined;
  let total = frames;
  for (let i = 1; i < starts.length; i++) {
    try {
      const link = await openLink(source, starts[i] as number);
      await measureLink(source, link, starts[i + 1] ?? source.size);
      const { codec, duration, timeScale } = link.track;
      if (duration === undefined) return undefined;
      const rate = codec === 'opus' ? opusOutputRate(wanted?.sampleRate) : link.head.sampleRate;
      total += Math.ceil((Math.round((duration * rate) / timeScale) * sampleRate) / rate);
    } catch (error) {
      if (!(error instanceof AudioError)) throw error;
    }
  }
  return total;
}

/** The file for the reader of one link, who may not close it. */
function borrowed(source: ByteSource): ByteSource {
  return {
    path: source.path,
    size: source.size,
    readInto: (target, position) => source.readInto(target, position),
    read: (position, length) => source.read(position, length),
    close: async () => undefined,
  };
}
