import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endingOf, safeStem, stemsOf } from '../../src/commands/prompt-file-names.ts';

describe('safeStem', () => {
  it.each([
    ['Main Menu', 'Main Menu'],
    ['Grüße', 'Grüße'],
    ['../../etc/passwd', '__.._etc_passwd'],
    ['a\\b:c*d?', 'a_b_c_d_'],
    ['con', '_con'],
    ['LPT1.old', '_LPT1.old'],
    ['com¹', '_com¹'],
    ['name. . ', 'name'],
    ['.hidden', '_hidden'],
    ['...', '_'],
    ['', 'prompt'],
    ['a\u0000b\u202ec', 'a_b_c'],
  ])('%j becomes %j', (name, stem) => {
    expect(safeStem(name)).toBe(stem);
  });

  it('is a single, visible, short part of a path, whatever it is made from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const stem = safeStem(name);
        expect(stem).not.toMatch(/[\u0000-\u001f\u007f<>:"/\\|?*]|^\.|[. ]$|^$/);
        expect(Buffer.byteLength(stem)).toBeLessThanOrEqual(181);
        expect(stem).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });
});

describe('stemsOf', () => {
  it('appends the id to all that would share a file, whatever the capitals', () => {
    const prompts = [
      { id: '1', name: 'Twin' },
      { id: '2', name: 'tWIN' },
      { id: '3', name: 'Other' },
      { id: '4', name: 'a/b' },
      { id: '5', name: 'a_b' },
    ];
    expect([...stemsOf(prompts).values()]).toEqual(['Twin (1)', 'tWIN (2)', 'Other', 'a_b (4)', 'a_b (5)']);
  });

  it('never gives two the same name', () => {
    const name = fc.oneof(fc.constantFrom('a', 'A', 'a (1)', 'a (2)', 'a (1) (1)'), fc.string());
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (names) => {
        const stems = stemsOf(names.map((given, index) => ({ id: String(index + 1), name: given })));
        const folded = [...stems.values()].map((stem) => stem.toLowerCase().toUpperCase());
        expect(new Set(folded).size).toBe(names.length);
      }),
    );
  });
});

describe('endingOf', () => {
  it('goes by content, then by content type, then by address', () => {
    expect(endingOf('ogg', 'audio/wav', '/a.mp3')).toBe('.ogg');
    expect(endingOf('asf', undefined, '/a')).toBe('.wma');
    expect(endingOf(undefined, 'audio/mpeg', '/a.wav')).toBe('.mp3');
    expect(endingOf('other', 'audio/x-odd', '/a.ODD')).toBe('.odd');
    expect(endingOf(undefined, 'audio/x-odd', '/a')).toBe('.bin');
  });
});
