/** Formats that go by a name. Every part can be changed by its own flag. */
import type { OutputSettings } from './audio-engine.ts';

export interface Preset {
  sampleRate?: number;
  channels?: 1 | 2;
  encoding?: OutputSettings['encoding'];
}

export const PRESETS: Readonly<Record<string, Preset>> = {
  /** What the voice service takes. */
  voice: { sampleRate: 24_000, channels: 1, encoding: 's16' },
  /** Telephone networks of North America and Japan (ITU-T G.711). */
  telephone: { sampleRate: 8_000, channels: 1, encoding: 'mulaw' },
  /** Telephone networks elsewhere. */
  'telephone-alaw': { sampleRate: 8_000, channels: 1, encoding: 'alaw' },
  /** What speech recognition usually works with. */
  speech: { sampleRate: 16_000, channels: 1, encoding: 's16' },
  cd: { sampleRate: 44_100, channels: 2, encoding: 's16' },
};
