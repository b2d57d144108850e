import { expect, it } from 'vitest';
import { temporaryFolder } from './cli.ts';
import { runHere } from './in-process.ts';
import { serve } from './server.ts';

it('runs a command against a server, with its output, errors and exit code', async () => {
  const url = await serve((_request, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"code":200,"data":{"total":1,"users":[{"ct_user_id":5}]}}'),
  );
  const home = await temporaryFolder();
  const env = { CONVIRZA_TOKEN: 't', CONVIRZA_API_URL: `${url}/v3` };
  expect(await runHere(['users', 'list', '--output', 'ndjson'], home, { env })).toEqual({
    code: 0,
    stdout: '{"ct_user_id":5}\n',
    stderr: '',
  });
  const wrong = await runHere(['users', 'nosuch'], home, { env });
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toMatch(/^error: /);
});
