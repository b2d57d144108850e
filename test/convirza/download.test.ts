import { describe, expect, it } from 'vitest';
import type { ConvirzaClient } from '../../src/convirza/client.ts';
import { defaultUrlBase, download, fileAddress } from '../../src/convirza/download.ts';
import { DEFAULT_RETRY } from '../../src/convirza/retry.ts';

const API = new URL('https://api.example.com/v3');

describe('fileAddress', () => {
  it.each([
    ['/uploads/a.wav', undefined, 'https://api.example.com/uploads/a.wav'],
    ['uploads/a.wav', undefined, 'https://api.example.com/uploads/a.wav'],
    ['/uploads/a b.wav', 'https://cdn.example.com/files/', 'https://cdn.example.com/files/uploads/a%20b.wav'],
    ['/uploads/../../x', 'https://cdn.example.com/files', 'https://cdn.example.com/x'],
    ['https://other.example.com/a', undefined, 'https://other.example.com/a'],
    ['//other.example.com/a', undefined, 'https://other.example.com/a'],
    ['\\\\other.example.com\\a', undefined, 'https://api.example.com/other.example.com/a'],
  ])('%s behind %s is %s', (text, base, wanted) => {
    const from = base === undefined ? defaultUrlBase(API) : new URL(base);
    expect(fileAddress(text, from)?.href).toBe(wanted);
  });

  it.each(['', '  ', 'http://[', 'https://'])('%j is none', (text) => {
    expect(fileAddress(text, API)).toBeUndefined();
  });
});

describe('addresses that no file is fetched from', () => {
  const fetchFrom = (address: string, location?: string) => {
    const asked: { host: string; signed: boolean }[] = [];
    const refused = {
      status: 302,
      headers: { location: location ?? '' },
      text: '',
      endpoint: '',
      timestamp: '',
    };
    const client = {
      base: API,
      stream: async (url: URL, _receive: unknown, { signed }: { signed: boolean }) => {
        asked.push({ host: url.host, signed });
        return asked.length === 1 && location !== undefined ? { refused } : { result: 'fetched' };
      },
    } as unknown as ConvirzaClient;
    const options = {
      retry: DEFAULT_RETRY,
      now: () => 0,
      random: () => 0,
      sleep: async () => {},
      allowInsecure: false,
    };
    const result = download(client, new URL(address), async () => 'fetched', options);
    return { result, asked };
  };

  it.each([
    ['file:///etc/passwd', 'no web address'],
    ['http://files.example.com/a', 'not encrypted'],
    ['http://127.0.0.1/a', 'on this machine'],
    ['https://user:word@files.example.com/a', 'user name'],
  ])('%s', async (address, why) => {
    const named = fetchFrom(address);
    await expect(named.result).rejects.toThrow(why);
    expect(named.asked).toEqual([]);
    const moved = fetchFrom('https://api.example.com/a', address);
    await expect(moved.result).rejects.toThrow(why);
    expect(moved.asked).toHaveLength(1);
  });

  it('a redirect that leaves the host takes no token along, and brings none back', async () => {
    const { result, asked } = fetchFrom('https://cdn.example.com/a', 'https://api.example.com/v3/users/list');
    await expect(result).resolves.toBe('fetched');
    expect(asked).toEqual([
      { host: 'cdn.example.com', signed: false },
      { host: 'api.example.com', signed: false },
    ]);
  });
});
