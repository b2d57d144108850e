import type { Oddity } from './options.ts';

/** Text frames that a client has to bear, by name; `empty_chunk` is audio and has none. */
const FRAMES: Readonly<Record<Exclude<Oddity, 'empty_chunk'>, unknown>> = {
  unknown_type: {
    type: 'sandbox_unknown',
    note: 'no client knows this type',
    data: { note: 'nor this field' },
  },
  not_json: '{"type": "tts_chunk", "content": ',
  json_list: ['tts_chunk'],
  no_type: { data: { content: 'AAAA' } },
  status: { type: 'status', status: 'processing', data: { status: 'processing' } },
  plain_error: { type: 'error', error: 'A plain string, on demand' },
};

/** The frame of an oddity, without an envelope. */
export function oddFrame(oddity: Exclude<Oddity, 'empty_chunk'>): string {
  const frame = FRAMES[oddity];
  return typeof frame === 'string' ? frame : JSON.stringify(frame);
}
