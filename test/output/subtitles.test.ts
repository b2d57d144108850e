import fc from 'fast-check';
import measure from 'fast-string-truncated-width';
import { describe, expect, it } from 'vitest';
import { cleanLine } from '../../src/output/clean.ts';
import { type Cue, clockTime, toSrt, toVtt } from '../../src/output/subtitles.ts';
import { anyText } from '../shared/text.ts';

const cue = (start: number, end: number, speaker: string, text: string): Cue => ({
  start,
  end,
  speaker,
  text,
});

interface Parsed {
  start: number;
  end: number;
  lines: string[];
}

const ms = (text: string) => {
  const match = /^(\d{2,}):([0-5]\d):([0-5]\d)[.,](\d{3})$/.exec(text);
  if (match === null) throw new Error(`"${text}" is no time`);
  const [, hours, minutes, seconds, rest] = match.map(Number) as [number, number, number, number, number];
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest;
};

function blockOf(time: string | undefined, lines: string[]): Parsed {
  const [start = '', end = ''] = (time ?? '').split(' --> ');
  return { start: ms(start), end: ms(end), lines };
}

function parseSrt(text: string): Parsed[] {
  if (text === '') return [];
  return text
    .replace(/\n$/, '')
    .split('\n\n')
    .map((block, i) => {
      const [number, time, ...lines] = block.split('\n');
      expect(number).toBe(String(i + 1));
      return blockOf(
        time,
        lines.map((line) => line.replaceAll('\u200b', '')),
      );
    });
}

function parseVtt(text: string): (Parsed & { speaker: string })[] {
  const [head, ...blocks] = text.replace(/\n$/, '').split('\n\n');
  expect(head).toBe('WEBVTT');
  return blocks.map((block) => {
    const [time, ...rest] = block.split('\n');
    const match = /^<v ([^<>]*)>([^<>]*)<\/v>$/s.exec(rest.join('\n'));
    const plain = (match?.[2] ?? rest.join('\n'))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    return { ...blockOf(time, plain.split('\n')), speaker: match?.[1] ?? '' };
  });
}

const CONVERSATION = [
  cue(1_000, 2_500, 'Caller', 'Is it <open> & free -->?'),
  cue(3_000, 5_000, 'Agent', 'Yes.'),
  cue(5_000, 8_200, '', '[connection lost for 3.2 s]'),
];

describe('SubRip', () => {
  it('numbers its cues and names who speaks', () => {
    expect(toSrt(CONVERSATION)).toBe(
      [
        '1\n00:00:01,000 --> 00:00:02,500\nCaller: Is it <\u200bopen> & free --\u200b>?\n',
        '2\n00:00:03,000 --> 00:00:05,000\nAgent: Yes.\n',
        '3\n00:00:05,000 --> 00:00:08,200\n[connection lost for 3.2 s]\n',
      ].join('\n'),
    );
  });

  it('shows the one who speaks last where two speak at once', () => {
    const times = parseSrt(toSrt([cue(0, 9_000, 'Agent', 'long'), cue(4_000, 5_000, 'Caller', 'hm')]));
    expect(times.map(({ start, end }) => [start, end])).toEqual([
      [0, 4_000],
      [4_000, 5_000],
    ]);
  });

  it('of nothing is empty', () => expect(toSrt([])).toBe(''));
});

describe('WebVTT', () => {
  it('has voices and escapes', () => {
    expect(toVtt(CONVERSATION)).toBe(
      [
        'WEBVTT\n',
        '00:00:01.000 --> 00:00:02.500\n<v Caller>Is it &lt;open&gt; &amp; free --&gt;?</v>\n',
        '00:00:03.000 --> 00:00:05.000\n<v Agent>Yes.</v>\n',
        '00:00:05.000 --> 00:00:08.200\n[connection lost for 3.2 s]\n',
      ].join('\n'),
    );
  });

  it('lets two speak at once', () => {
    const times = parseVtt(toVtt([cue(0, 9_000, 'Agent', 'long'), cue(4_000, 5_000, 'Caller', 'hm')]));
    expect(times.map(({ start, end }) => [start, end])).toEqual([
      [0, 9_000],
      [4_000, 5_000],
    ]);
  });
});

describe('long texts', () => {
  it('are cues of two lines, each with its share of the time', () => {
    const text = Array.from({ length: 40 }, (_, i) => `word${i % 10}`).join(' ');
    const shown = parseVtt(toVtt([cue(0, 10_000, 'Agent', text)]));
    expect(shown.map(({ lines }) => lines.length)).toEqual([2, 2, 2]);
    expect(shown.map(({ end }) => end)).toEqual([3_504, 7_009, 10_000]);
    expect(shown.flatMap(({ lines }) => lines).join(' ')).toBe(text);
  });

  it('without spaces break between characters that belong together', () => {
    const [family] = ['👨‍👩‍👧'];
    const lines = parseVtt(toVtt([cue(0, 1, '', family.repeat(30))])).flatMap((shown) => shown.lines);
    expect(lines.map((line) => line.length / family.length)).toEqual([21, 9]);
  });
});

it('hours may be many', () => {
  expect(clockTime(0)).toBe('00:00:00');
  expect(clockTime(100 * 3_600_000 + 61_999)).toBe('100:01:01');
});

describe('whatever is said', () => {
  const cues = fc.array(
    fc.record({
      start: fc.double({ min: 0, max: 4e6, noNaN: true }),
      length: fc.double({ min: 0, max: 20_000, noNaN: true }),
      speaker: fc.constantFrom('Agent', 'Caller', ''),
      text: anyText,
    }),
    { maxLength: 12 },
  );
  const made = cues.map((list) =>
    list.map(({ start, length, speaker, text }) => cue(start, start + length, speaker, text)),
  );
  const bare = (text: string) => cleanLine(text).replace(/[\s\u200b]/gu, '');
  const inOrder = (list: readonly Cue[]) => [...list].sort((a, b) => a.start - b.start);

  function check(shown: readonly Parsed[]) {
    for (const { lines, start, end } of shown) {
      expect(end - start).toBeGreaterThanOrEqual(500);
      for (const line of lines) {
        expect(line).toBe(line.trim());
        expect(line).not.toBe('');
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect([...new Intl.Segmenter().segment(line)].length === 1 || measure(line).width <= 44).toBe(true);
      }
      expect(lines.length).toBeLessThanOrEqual(2);
    }
  }

  it('SubRip: one cue at a time, and no text is lost', () => {
    fc.assert(
      fc.property(made, (list) => {
        const shown = parseSrt(toSrt(list));
        check(shown);
        shown.slice(1).forEach(({ start }, i) => {
          expect(start).toBeGreaterThanOrEqual(shown[i]?.end ?? 0);
        });
        const said = shown.map(({ lines }) => lines.join('').replace(/^(Agent|Caller): /, '')).join('');
        expect([...bare(said)].sort().join('')).toBe(
          [
            ...inOrder(list)
              .map(({ text }) => bare(text))
              .join(''),
          ]
            .sort()
            .join(''),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('WebVTT: in order, one cue of each speaker at a time, and no text is lost', () => {
    fc.assert(
      fc.property(made, (list) => {
        const shown = parseVtt(toVtt(list));
        check(shown);
        shown.slice(1).forEach(({ start }, i) => {
          expect(start).toBeGreaterThanOrEqual(shown[i]?.start ?? 0);
        });
        for (const name of ['Agent', 'Caller', '']) {
          const own = shown.filter(({ speaker }) => speaker === name);
          own.slice(1).forEach(({ start }, i) => {
            expect(start).toBeGreaterThanOrEqual(own[i]?.end ?? 0);
          });
          const texts = list.filter(({ speaker }) => speaker === name).map(({ text }) => bare(text));
          const said = own.map(({ lines }) => bare(lines.join(''))).join('');
          expect([...said].sort().join('')).toBe([...texts.join('')].sort().join(''));
        }
      }),
      { numRuns: 100 },
    );
  });
});
