import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENT } from '../../src/sandbox/voice/document.ts';
import type { ScriptedTurn, VoiceScript } from '../../src/sandbox/voice/options.ts';
import { fieldsOf } from '../../src/sandbox/voice/schema.ts';
import { loadVoiceScript } from '../../src/sandbox/voice/script-file.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { toneWav } from '../helpers/wav.ts';
import {
  AT_ONCE,
  audioOf,
  connect,
  isLast,
  join as joinServer,
  of,
  serve,
  sound,
  TURN,
  visit,
} from './voice-client.ts';

const DOCS = new URL('../../docs/sandbox-voice.md', import.meta.url);
const play = (script: VoiceScript) => connect({ ...AT_ONCE, script });
const textOf = (messages: { type: string; content?: string }[]) =>
  of(messages, 'llm_response_chunk')
    .map(({ content }) => content)
    .join('');
/** Speaks and returns the answer to its end, or everything up to the first unread error when none is expected. */
async function ask(client: Awaited<ReturnType<typeof play>>, answered = true, turn = TURN) {
  client.ws.send(turn);
  if (answered) return await client.until(isLast);
  await client.settled();
  client.say('unknown');
  return await client.until(({ error_code }) => error_code === 'UNSUPPORTED_MESSAGE_TYPE');
}

describe('a scripted conversation', () => {
  it('says what the script says, in the order of a turn', async () => {
    const pcm = sound(0.2, 0.1);
    const client = await play({
      turns: [
        {
          interim: ['I', 'I would', 'I would like'],
          transcript: 'I would like to know.',
          confidence: 0.75,
          emotions: [{ emotion: 'confusion', percentage: 60 }],
          answer: 'Here you are, my dear friend.',
          audio: pcm,
          delayMs: 1,
        },
      ],
    });
    const messages = await ask(client);
    expect(of(messages, 'transcription').map((m) => [m.transcript, m.is_final, m.confidence])).toEqual([
      ['I', false, 0.5],
      ['I would', false, 0.5],
      ['I would like', false, 0.5],
      ['I would like to know.', true, 0.75],
    ]);
    expect(of(messages, 'turn_complete')[0].transcript).toBe('I would like to know.');
    expect(of(messages, 'emotion_update')[0].top_emotions).toEqual([
      { emotion: 'confusion', percentage: 60, confidence: 0.6 },
    ]);
    expect(textOf(messages)).toBe('Here you are, my dear friend.');
    expect(audioOf(messages).equals(pcm)).toBe(true);
  });

  it.each<[VoiceScript['then'], string[]]>([
    [undefined, ['a', 'b', 'a', 'b', 'a']],
    ['repeat', ['a', 'b', 'a', 'b', 'a']],
    ['last', ['a', 'b', 'b', 'b', 'b']],
    ['silence', ['a', 'b', '', '', '']],
  ])('goes on after the last turn: %s', async (then, expected) => {
    const turns = [{ answer: 'a' }, { answer: 'b' }];
    const client = await play(then === undefined ? { turns } : { turns, then });
    const heard = [];
    for (const text of expected) heard.push(textOf(await ask(client, text !== '')));
    expect(heard).toEqual(expected);
  });

  it('hangs up after the last answer', async () => {
    const then = 'hangup';
    const client = await play({ turns: [{ answer: 'a' }], then });
    await ask(client);
    expect(await client.next()).toMatchObject({ type: 'system_message', message_type: 'hangup' });
    expect(await client.closed).toBe(1000);
  });

  it('hangs up at the next turn when the last answer was interrupted', async () => {
    const then = 'hangup';
    const client = await connect({ script: { turns: [{ answer: 'a', audio: 600 }], then } });
    client.ws.send(TURN);
    await client.until(({ type }) => type === 'tts_chunk');
    client.ws.send(TURN);
    await client.until(({ message_type }) => message_type === 'hangup');
    expect(await client.closed).toBe(1000);
  });

  it('chooses by length, loudness and number', async () => {
    const turns: ScriptedTurn[] = [
      { when: { turn: 4 }, answer: 'fourth' },
      { when: { speechLongerThan: 1, louderThan: -20 }, answer: 'long and loud' },
      { when: { speechShorterThan: 0.5 }, answer: 'short' },
    ];
    const client = await play({ match: 'when', turns });
    const spoken = (seconds: number, level = 0.3) => Buffer.concat([sound(seconds, level), sound(0.8, 0)]);
    expect(textOf(await ask(client, true, spoken(1.5)))).toBe('long and loud');
    expect(textOf(await ask(client, true, spoken(0.3)))).toBe('short');
    expect(textOf(await ask(client, false, spoken(1.5, 0.03)))).toBe('');
    expect(textOf(await ask(client, true, spoken(0.7)))).toBe('fourth');
  });

  it('answers with text alone, sound alone, or a sound as long as its text', async () => {
    const client = await play({
      turns: [{ answer: 'Text.', audio: 'none' }, { audio: 0.25 }, { answer: 'x'.repeat(30) }],
    });
    client.ws.send(TURN);
    const text = await client.until(({ is_final, type }) => type === 'llm_response_chunk' && is_final);
    expect(textOf(text)).toBe('Text.');
    const alone = await ask(client);
    expect([textOf(alone), audioOf(alone).length]).toEqual(['', 12_000]);
    expect(audioOf(await ask(client)).length).toBe(96_000);
  });

  it('fails, drops, and cannot be interrupted', async () => {
    const error = { name: 'INTERNAL_ERROR', message: 'Oops' };
    const client = await play({
      turns: [
        { error, answer: 'but still', interruptible: false },
        { answer: 'second' },
        { error: { name: 'SESSION_EXPIRED', close: 5004 } },
        { drop: true },
      ],
    });
    client.ws.send(Buffer.concat([TURN, TURN]));
    const first = await client.until(isLast);
    expect(of(first, 'error')[0].error_message).toBe('Oops');
    expect(textOf(first)).toBe('but still');
    const second = await client.until(isLast);
    expect([textOf(second), of(second, 'tts_interruption')]).toEqual(['second', []]);
    client.ws.send(TURN);
    await client.until(({ error_code }) => error_code === 'SESSION_EXPIRED');
    expect(await client.closed).toBe(1006);

    const dropped = await play({ turns: [{ drop: true }] });
    dropped.ws.send(TURN);
    expect(await dropped.closed).toBe(1006);
    expect(dropped.messages.at(-1).type).toBe('emotion_update');
  });
});

describe('the documentation', () => {
  it('has every key, and none that there is not', async () => {
    const rows = [...(await readFile(DOCS, 'utf8')).matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]);
    expect([...rows].sort()).toEqual(fieldsOf(DOCUMENT).sort());
  });

  /** The YAML examples of the page. */
  async function examples(): Promise<string[]> {
    return [...(await readFile(DOCS, 'utf8')).matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      (match) => match[1] ?? '',
    );
  }
  async function run(index: number) {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'goodbye.wav'), toneWav(0.5, 24_000, 1));
    await writeFile(join(folder, 'agent.yaml'), (await examples())[index] ?? '');
    return await loadVoiceScript('agent.yaml', folder);
  }

  it('has an example of a conversation that runs', async () => {
    const client = await connect({ ...(await run(0)), ...AT_ONCE });
    const first = await ask(client);
    expect(of(first, 'transcription').map(({ transcript }) => transcript)).toEqual([
      'I would like',
      'I would like to know',
      'I would like to know your opening hours.',
    ]);
    expect([textOf(first), audioOf(first).length]).toEqual(['We are open from nine to five.', 96_000]);
    expect(audioOf(await ask(client)).length).toBe(24_000);
    expect(await client.closed).toBe(1000);
  });

  it('has an example of connections that fail, which runs', async () => {
    const server = await serve({ ...(await run(1)), ...AT_ONCE });
    expect(await visit(server)).toMatchObject({ status: 429, retryAfter: '1' });
    expect((await visit(server)).code).toBe(4002);
    const third = await joinServer(server);
    third.ws.send(TURN);
    expect(await third.closed).toBe(1006);
    const fourth = await joinServer(server);
    fourth.ws.send(TURN);
    await fourth.until(isLast);
  });

  it('has an example of an echo that runs', async () => {
    const client = await connect(await run(2));
    client.ws.send(TURN);
    expect(audioOf(await client.until(isLast)).equals(TURN)).toBe(true);
  });
});
