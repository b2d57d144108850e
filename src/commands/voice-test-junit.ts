/** The report of a run as JUnit XML, as CI systems read it: a suite for each scenario, a case for each expectation. */
import { cleanLine } from '../output/clean.ts';
import { conversation, fullName, type ScenarioResult, type StepResult } from './voice-test-results.ts';

/** What XML 1.0 has no way to write, not even escaped; lone surrogates among it. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an element or an attribute. */
function escapeXml(text: string): string {
  return text.replace(NOT_XML, '').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** @param content is XML already; of an attribute that is undefined there is nothing */
function element(name: string, attributes: Attributes, content: readonly string[] = []): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(cleanLine(String(value)))}"`)
    .join('');
  if (content.length === 0) return `<${name}${given}/>`;
  return `<${name}${given}>\n${content.join('\n')}\n</${name}>`;
}

function text(name: string, attributes: Attributes, content: string): string {
  const given = element(name, attributes).replace(/\/>$/, '>');
  const lines = content.split('\n').map(cleanLine).join('\n');
  return `${given}${escapeXml(lines)}</${name}>`;
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);

interface Case {
  xml: string;
  outcome: 'passed' | 'failures' | 'errors' | 'skipped';
}

function stepCases(step: StepResult, index: number, classname: string, file: string): Case[] {
  const name = `${index + 1}. ${step.title}`;
  const base = { classname, file };
  if (!step.done && step.checks.length === 0)
    return [
      {
        xml: element('testcase', { name, ...base, time: seconds(step.durationMs) }, [element('skipped', {})]),
        outcome: 'skipped',
      },
    ];
  if (step.checks.length === 0) {
    const xml = element('testcase', { name, ...base, line: step.line, time: seconds(step.durationMs) });
    return [{ xml, outcome: 'passed' }];
  }
  // The time of the step counts once.
  return step.checks.map(({ expectation, expected, got, passed, line }, at) => {
    const time = seconds(at === 0 ? step.durationMs : 0);
    const attributes = { name: `${name}: ${expectation} ${expected}`, ...base, line, time };
    if (passed) return { xml: element('testcase', attributes), outcome: 'passed' };
    const message = `${expectation}: expected ${expected}, got ${got}`;
    const place = `${file}:${line}\nexpected: ${expected}\ngot: ${got}`;
    const failure = text('failure', { message, type: expectation }, place);
    return { xml: element('testcase', attributes, [failure]), outcome: 'failures' };
  });
}

function suite(result: ScenarioResult): { xml: string; cases: Case[] } {
  const { file, status, error, durationMs, startedAt } = result;
  const name = fullName(result);
  const cases = result.steps.flatMap((step, index) => stepCases(step, index, name, file));
  if (error !== undefined) {
    const message = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
    const kind = status === 'interrupted' ? 'skipped' : 'error';
    const detail = text(kind, { message, type: error.type }, message);
    const xml = element('testcase', { name: 'the call', classname: name, file, time: seconds(0) }, [detail]);
    cases.push({ xml, outcome: status === 'interrupted' ? 'skipped' : 'errors' });
  }
  const said = conversation(result.steps).join('\n');
  const ids = result.connectionIds.map((id) => element('property', { name: 'connection_id', value: id }));
  const xml = element(
    'testsuite',
    {
      name,
      file,
      ...countsOf(cases),
      time: seconds(durationMs),
      timestamp: startedAt?.replace(/\.\d+Z$/, ''),
    },
    [
      ...(ids.length > 0 ? [element('properties', {}, ids)] : []),
      ...cases.map((one) => one.xml),
      ...(said === '' ? [] : [text('system-out', {}, said)]),
    ],
  );
  return { xml, cases };
}

function countsOf(cases: readonly Case[]) {
  const count = (wanted: Case['outcome']) => cases.filter(({ outcome }) => outcome === wanted).length;
  return {
    tests: cases.length,
    failures: count('failures'),
    errors: count('errors'),
    skipped: count('skipped'),
  };
}

/** @param durationMs of the whole run */
export function junitReport(results: readonly ScenarioResult[], durationMs: number): string {
  const suites = results.map(suite);
  const all = suites.flatMap(({ cases }) => cases);
  const root = element(
    'testsuites',
    { name: 'convirza voice test', ...countsOf(all), time: seconds(durationMs) },
    suites.map(({ xml }) => xml),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}
