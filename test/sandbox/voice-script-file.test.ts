import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOCUMENT, parseVoiceDocument, readDocument } from '../../src/sandbox/voice/document.ts';
import { fieldsOf } from '../../src/sandbox/voice/schema.ts';
import { loadVoiceScript } from '../../src/sandbox/voice/script-file.ts';
import { CliError } from '../../src/shared/errors.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { toneWav } from '../helpers/wav.ts';

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
