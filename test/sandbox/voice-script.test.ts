import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOCUMENT, parseVoiceDocument, readDocument } from '../../src/sandbox/voice/document.ts';
import type { ScriptedTurn, VoiceScript } from '../../src/sandbox/voice/options.ts';
import { fieldsOf } from '../../src/sandbox/voice/schema.ts';
import { loadVoiceScript } from '../../src/sandbox/voice/script-file.ts';
import { CliError } from '../../src/shared/errors.ts';
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

describe('a script file', () => {
  async function load(text: string, name = 'agent.yaml') {
    const folder = await temporaryFolder();
    await writeFile(join(folder, name), text);
    return await loadVoiceScript(name, folder);
  }
  const failure = async (text: string) => {
    const error = await load(text).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(CliError);
    const { message, hint, exitCode } = error as CliError;
    expect(exitCode).toBe(2);
    return `${message} ${hint ?? ''}`;
  };

  it('is YAML or JSON, and may be empty', async () => {
    expect(await load('')).toEqual({});
    expect(await load('# nothing\n')).toEqual({});
    const script = { turns: [{ answer: 'Hi', when: { speechLongerThan: 2 } }], match: 'when' };
    expect(await load('match: when\nturns:\n  - answer: Hi\n    when: { speech_longer_than: 2 }')).toEqual({
      script,
    });
    const json = {
      voice: { refuse: { status: 503 }, reply_speed: 'unlimited', limits: { session_ms: 500 } },
    };
    expect(await load(`\ufeff${JSON.stringify(json, null, '\t')}`)).toEqual({
      refuse: [{ status: 503 }],
      replySpeed: Number.POSITIVE_INFINITY,
      limits: { sessionMs: 500 },
    });
  });

  it('finds its audio beside itself, in any format, and reads each file once', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'scripts'));
    await writeFile(join(folder, 'scripts/tone.wav'), toneWav(0.5, 44_100, 2));
    const turns = [{ audio: 'tone.wav' }, { answer: 'x' }, { audio: './tone.wav' }, { audio: 'tone.wav' }];
    await writeFile(join(folder, 'scripts/a.json'), JSON.stringify({ turns }));
    const { script } = await loadVoiceScript('scripts/a.json', folder);
    const sounds = script?.turns.map(({ audio }) => audio as Buffer | undefined) ?? [];
    expect(sounds.map((audio) => audio?.length)).toEqual([24_000, undefined, 24_000, 24_000]);
    expect(sounds[3]).toBe(sounds[0]);
  });

  it('is refused with every problem at once, by line and field', async () => {
    const said = await failure(
      [
        'voice:',
        '  replySpeed: 4',
        '  faults:',
        '    - after_bytes: 1',
        '      at: start',
        '      drop: true',
        '    - turn: 1',
        '    - drop: true',
        '  limits: { chunk_bytes: -1 }',
        'turns:',
        '  - answer: 7',
        '    when: {}',
        '  - error: {}',
        'then: never',
      ].join('\n'),
    );
    expect(said).toContain('"agent.yaml" has 9 problems.');
    for (const line of [
      'line 2: voice.replySpeed is not known; did you mean reply_speed?',
      'line 4: voice.faults[0] has more than one moment',
      'line 7: voice.faults[1] needs one of error, disconnect, invalid_frame, close, drop, freeze',
      'line 8: voice.faults[2] needs a moment: at, after_bytes',
      'line 9: voice.limits.chunk_bytes must be a whole number from 0 to 1048576',
      'line 11: turns[0].answer must be a text',
      'line 13: turns[1].error.name is missing',
      'line 14: then must be repeat, last, silence or hangup',
      'the document has turns with when, which needs match: when',
    ])
      expect(said).toContain(line);
  });

  it.each([
    ['turns: [', '"agent.yaml", line 1:'],
    ['turns: []', 'turns must be a list of at least 1'],
    ['turns:\n- answer: a\n  answer: b', 'line 3: Map keys must be unique'],
    ['- 1', 'the document must be an object'],
    ['then: last', 'has match or then without turns'],
    ['match: when\nthen: last\nturns: [{}]', 'has then, which match: when makes no use of'],
    ['turns: [{ drop: true, answer: a }]', 'turns[0] has an answer that drop leaves no time for'],
    ['turns: [{ audio: 601 }]', 'turns[0].audio must be a number from 0 to 600'],
    ['turns:\n- answer: a\n- audio: none.wav', 'line 3: turns[1].audio: Cannot read'],
    ['turns: [{ audio: agent.yaml }]', 'line 1: turns[0].audio: '],
    ['voice: { refuse: { status: 503, close: 4001 } }', 'voice.refuse needs either status or close'],
    [
      'voice: { refuse: [{ close: 4001, retry_after: 1 }] }',
      'voice.refuse[0] has retry_after without status',
    ],
    ['a: &a [1]\nb: *c', 'line 2: there is no anchor &c'],
    ['__proto__: 1', '__proto__ is not known'],
  ])('is refused: %j', async (text, expected) => {
    expect(await failure(text)).toContain(expected);
  });

  it('is refused when it cannot be read, or is far too large', async () => {
    const folder = await temporaryFolder();
    await expect(loadVoiceScript('none.yaml', folder)).rejects.toMatchObject({ type: 'usage' });
    await expect(loadVoiceScript('.', folder)).rejects.toMatchObject({ type: 'usage' });
    await expect(load(`# ${'x'.repeat(5_000_000)}`)).rejects.toMatchObject({ type: 'usage' });
    const bomb = `a: &a [1,1,1,1,1,1,1,1,1]\n${[...'bcdefgh'].map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]},`.repeat(9)}]\n`).join('')}`;
    await expect(load(bomb)).rejects.toMatchObject({ type: 'usage' });
  });

  it('whatever it holds, is read or refused', async () => {
    const folder = await temporaryFolder();
    const names = fieldsOf(DOCUMENT).flatMap((name) => name.replaceAll('[]', '').split('.'));
    const key = fc.constantFrom(...names, 'x', '__proto__');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom<unknown>(null, true, 0, 1, -1, 4_800, 0.5, 'none', 'unlimited', 'start', ''),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (document) => {
        const { problems } = readDocument(document, false);
        if (problems.length > 0) expect(() => parseVoiceDocument(document)).toThrow(CliError);
        else parseVoiceDocument(document);
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        await writeFile(join(folder, 'a.yaml'), text);
        await loadVoiceScript('a.yaml', folder).catch((error: unknown) =>
          expect(error).toBeInstanceOf(CliError),
        );
      }),
      { numRuns: 50 },
    );
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
