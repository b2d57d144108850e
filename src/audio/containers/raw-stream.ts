/** Bare samples that come while they are made, from a microphone or another program. */
import type { AudioBlock, AudioInfo, AudioInput } from '../audio-input.ts';
import { createPlaneReader } from '../codecs/pcm/plane-reader.ts';
import { SAMPLE_BYTES } from '../codecs/sample-codec.ts';
import { AudioError } from '../errors.ts';
import { wavLayout } from '../layout.ts';
import { codecOfRaw, type RawFormat } from './raw.ts';

/** A tenth of a second at 48 kHz: what has come is passed on in blocks of at most so many frames. */
const CAPACITY = 4_800;

/**
 * Bare samples of a stream as audio: every piece is passed on as soon as it is there. It can be read once. A last frame
 * that is not whole is left out.
 *
 * @throws AudioError as `openRaw` for a rate or a number of channels that cannot be; later when not even one frame comes,
 *   and what `stream` throws
 */
export function openRawStream(stream: AsyncIterable<Uint8Array>, format: RawFormat): AudioInput {
  const { sampleRate, channels } = format;
  const codec = codecOfRaw(format);
  const layout = wavLayout(channels, 0);
  const bitsPerSample = SAMPLE_BYTES[codec] * 8;
  const info: AudioInfo = {
    container: 'raw',
    codec,
    sampleRate,
    channels,
    bitsPerSample,
    frames: undefined,
    seconds: undefined,
    layout,
  };
  const blockAlign = SAMPLE_BYTES[codec] * channels;
  const iterator = stream[Symbol.asyncIterator]();
  const reader = createPlaneReader({ codec, channels, blockAlign }, CAPACITY, false);
  const [bytes] = reader.buffers;

  return {
    info,
    isLive: true,
    async *blocks(signal): AsyncGenerator<AudioBlock, void, undefined> {
      let filled = 0;
      let isEmpty = true;
      for (;;) {
        signal?.throwIfAborted();
        const next = await orAborted(iterator.next(), signal);
        if (next.done === true) {
          if (isEmpty) throw noSamples();
          return;
        }
        for (let at = 0; at < next.value.length; ) {
          const count = Math.min(bytes.length - filled, next.value.length - at);
          bytes.set(next.value.subarray(at, at + count), filled);
          at += count;
          filled += count;
          const frames = Math.floor(filled / blockAlign);
          if (frames === 0) break;
          isEmpty = false;
          yield { frames, channels: reader.read(bytes, frames) };
          bytes.copyWithin(0, frames * blockAlign, filled);
          filled -= frames * blockAlign;
        }
      }
    },
    close: async () => {
      // Not waited for: a source that never comes to an end would not end this either.
      iterator.return?.()?.catch(() => undefined);
    },
  };
}

function noSamples(): AudioError {
  return new AudioError('The input ended before a whole sample came.', {
    hint: 'Check the program that makes it, and the rate, channels and encoding that were given for it.',
  });
}

/** What comes first. @throws the signal's reason */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
