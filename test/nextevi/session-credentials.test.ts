import { describe, expect, it } from 'vitest';
import { redactVoiceUrl } from '../../src/nextevi/address.ts';
import { VoiceSession } from '../../src/nextevi/session.ts';
import { connect, sessionOptions, startService } from './peers.ts';

describe('credentials of a session', () => {
  const query = (url: string | undefined) => Object.fromEntries(new URL(url ?? '', 'ws://x').searchParams);

  it('are an API key in the query', async () => {
    const service = await startService();
    await connect(service.url, {
      credentials: { apiKey: 'oak_+&=/', configId: 'config 1', projectId: 'p&1' },
    });
    const [request] = service.requests;
    expect(query(request?.url)).toEqual({ api_key: 'oak_+&=/', config_id: 'config 1', project_id: 'p&1' });
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.headers['user-agent']).toBe('convirza-cli/test');
  });

  it('are an access token in a header, and then no API key goes along', async () => {
    const service = await startService();
    await connect(service.url, {
      credentials: { apiKey: 'oak_test', accessToken: 'a.b.c', configId: 'config-1' },
    });
    const [request] = service.requests;
    expect(request?.headers.authorization).toBe('Bearer a.b.c');
    expect(query(request?.url)).toEqual({ config_id: 'config-1' });
    expect(request?.url).not.toContain('oak_');
    expect(request?.url).not.toContain('a.b.c');
  });

  it('do not get into the address that errors show', async () => {
    const service = await startService();
    const { session } = await connect(service.url, {
      credentials: { apiKey: 'oak_secret', configId: 'config-1' },
    });
    expect(session.place.endpoint).toContain('api_key=REDACTED&config_id=config-1');
    expect(session.place.endpoint).not.toContain('secret');
    expect(session.place).toMatchObject({
      connectionId: session.connectionId,
      timestamp: '2022-02-17T18:44:16.789Z',
    });
  });

  it.each([
    ['wss://h/ws/voice/c?api_key=oak_s&config_id=x', 'wss://h/ws/voice/c?api_key=REDACTED&config_id=x'],
    ['wss://h/c?authorization=Bearer+s.s.s', 'wss://h/c?authorization=REDACTED'],
    ['wss://h/c?api_key=s&api_key=s2', 'wss://h/c?api_key=REDACTED'],
    ['wss://h/c?config_id=x', 'wss://h/c?config_id=x'],
  ])('are taken out of %s', (url, redacted) => {
    const given = new URL(url);
    expect(redactVoiceUrl(given)).toBe(redacted);
    expect(given.href).toBe(url);
  });

  it('that cannot stand in a header are refused before anything is sent', async () => {
    const service = await startService();
    const credentials = { accessToken: 'secret\n“token”', configId: 'config-1' };
    const error = await VoiceSession.connect(sessionOptions(service.url, { credentials })).catch((e) => e);
    expect(error).toMatchObject({ type: 'auth' });
    expect(error.message).not.toContain('secret');
    expect(service.requests).toEqual([]);
  });

  it.each(['/ws/voice/', '/ws/voice//', '/ws/voice'])('go to an address that ends in %s', async (path) => {
    const service = await startService();
    const { session } = await connect(new URL(path, service.url));
    expect(service.requests[0]?.url?.split('?')[0]).toBe(`/ws/voice/${session.connectionId}`);
  });
});
