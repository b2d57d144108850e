import type { AudioError } from '../../errors.ts';
import { cutOff, damagedFile, noAudioTrack, notDecoded } from '../../file-errors.ts';
import type { ByteSource } from '../../io/file-source.ts';
import { needsMoreHeaders, parseHeaders, type StreamHead } from './mapping.ts';
import { PacketAssembler } from './packet-assembler.ts';
import type { Page } from './page.ts';
import { PageReader } from './page-reader.ts';
import { type StreamKind, streamKind } from './stream-kind.ts';

/** What the first pages of a link say. */
export interface LinkHead {
  /** The audio stream that is decoded. */
  serial: number;
  /** Serial numbers of all streams. */
  serials: ReadonlySet<number>;
  head: StreamHead;
  /** How many packets of the stream are headers. */
  headerCount: number;
  /** Where in the file the first page lies on which a packet of audio ends. */
  audioStart: number;
  hasAudio: boolean;
  /** Position at which the audio begins, and ticks to be cut there. */
  position: number;
  cut: number;
}

/** Pages that are looked through, for the headers and the first position. */
const MAX_PAGES = 20_000;

/**
 * Reads the first pages of the link that begins at `start`.
 *
 * @throws AudioError when it has no audio stream that can be decoded, or a damaged one
 */
export async function readLinkHead(source: ByteSource, start: number): Promise<LinkHead> {
  const pages = new PageReader(source, start);
  const streams = new Streams(source.path);
  for (let count = 0; count < MAX_PAGES; count++) {
    const page = await pages.next();
    if (page === undefined) break;
    // A further first page behind the others belongs to the next link.
    if (page.isFirst && !streams.isOpen) break;
    if (streams.add(page, pages.position)) break;
  }
  return streams.result();
}

/** Gathers what is known of the streams from page to page. */
class Streams {
  /** Whether first pages may still come: those of all streams stand together. */
  isOpen = true;
  readonly #path: string;
  readonly #serials = new Set<number>();
  readonly #kinds: StreamKind[] = [];
  readonly #assembler = new PacketAssembler();
  readonly #headers: Uint8Array[] = [];
  #chosen: { codec: NonNullable<StreamKind['codec']>; serial: number } | undefined;
  #head: StreamHead | undefined;
  #measure: ((packet: Uint8Array) => number) | undefined;
  #samples = 0;
  #audioStart = 0;
  #hasAudio = false;
  #start = { position: 0, cut: 0 };

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes a page that ends at `position` of the file, and returns whether all is known. */
  add(page: Page, position: number): boolean {
    if (page.isFirst) this.#addStream(page);
    else this.isOpen = false;
    if (this.#chosen === undefined) return !this.isOpen;
    if (page.serial !== this.#chosen.serial) return false;
    if (!this.#hasAudio) this.#audioStart = position - page.length;
    for (const packet of this.#assembler.add(page)) {
      if (this.#head === undefined) this.#addHeader(packet, this.#chosen.codec);
      else {
        this.#hasAudio = true;
        this.#samples += this.#measure?.(packet) ?? 0;
      }
    }
    if (this.#head === undefined) return false;
    if (page.isLast) return true;
    if (!this.#hasAudio || page.granule === undefined) return false;
    if (this.#measure !== undefined) this.#begin(page.granule, this.#head);
    return true;
  }

  /** @throws AudioError when the audio stream is missing or its headers are not whole */
  result(): LinkHead {
    if (this.#chosen === undefined) throw nothingDecoded(this.#path, this.#kinds);
    if (this.#head === undefined) throw headersCut(this.#path);
    const { serial } = this.#chosen;
    const headerCount = this.#headers.length;
    return {
      serial,
      serials: this.#serials,
      head: this.#head,
      headerCount,
      audioStart: this.#audioStart,
      hasAudio: this.#hasAudio,
      ...this.#start,
    };
  }

  #addStream(page: Page): void {
    const kind = streamKind(page.body);
    this.#serials.add(page.serial);
    this.#kinds.push(kind);
    if (kind.codec !== undefined) this.#chosen ??= { codec: kind.codec, serial: page.serial };
  }

  #addHeader(packet: Uint8Array, codec: NonNullable<StreamKind['codec']>): void {
    this.#headers.push(packet.slice());
    if (needsMoreHeaders(codec, this.#headers)) return;
    this.#head = parseHeaders(this.#path, codec, this.#headers);
    this.#measure = this.#head.durationMeter?.();
  }

  /**
   * The first page that has a position has that of its end, so that of the beginning follows from the packets up to
   * there. Where that is below 0, what lies before 0 is to be cut; above 0, the stream was joined while it ran. The
   * last page says nothing of this: its position cuts the end.
   *
   * Source: Vorbis I specification A.2; RFC 7845 §4.3 to §4.5.
   */
  #begin(granule: number, { cutsBeforeZero }: StreamHead): void {
    const position = granule - this.#samples;
    this.#start = { position: Math.max(0, position), cut: cutsBeforeZero ? Math.max(0, -position) : 0 };
  }
}

function nothingDecoded(path: string, kinds: readonly StreamKind[]): AudioError {
  if (kinds.length === 0) {
    return damagedFile(path, 'Ogg', 'no stream begins in it');
  }
  const audio = kinds.filter((kind) => kind.isAudio);
  const names = (audio.length > 0 ? audio : kinds).map((kind) => kind.name).join(', ');
  if (audio.length === 0) {
    return noAudioTrack(path, `it is an Ogg file with ${names}`);
  }
  return notDecoded(path, `is an Ogg file with audio in the codec ${names}`);
}

function headersCut(path: string): AudioError {
  return cutOff(path, 'it ends inside the headers of its audio stream');
}
