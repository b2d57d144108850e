import { LIMIT, OFFSET, ORG_UNIT } from './shared.ts';
import type { Endpoint } from './types.ts';

const DISPOSITIONS = [
  'ANSWERED',
  'NO ANSWER',
  'BUSY',
  'FAILED',
  'VOICEMAIL',
  'ABANDONED',
  'TRANSFERRED',
] as const;

const CALL_INCLUDES = [
  'tags',
  'comments',
  'custom_sources',
  'call_flow',
  'recordings',
  'transcription',
] as const;

export const calls: readonly Endpoint[] = [
  {
    family: 'calls',
    verb: 'list',
    summary: 'List calls of a period',
    service: 'api',
    method: 'GET',
    path: '/conversations/calls',
    title: 'Get Calls List',
    evidence: 'documented',
    query: [
      { name: 'start', type: 'date', description: 'begin of the period', default: '7 days ago' },
      { name: 'end', type: 'date', description: 'end of the period', default: 'now' },
      {
        name: 'call_id',
        type: 'string',
        description: 'one call; the period and the page are then ignored by the service',
      },
      { ...ORG_UNIT, description: 'group; outside the account the service answers 403' },
      { name: 'campaign_id', type: 'string', description: 'campaign' },
      { name: 'provisioned_route_id', type: 'string', description: 'provisioned route' },
      { name: 'caller_id', type: 'string', description: 'number of the caller, E.164' },
      { name: 'phone_number', type: 'string', description: 'number that was called' },
      { name: 'ring_to', type: 'string', description: 'number that it rang at' },
      {
        name: 'disposition',
        type: 'string',
        values: DISPOSITIONS,
        multiple: true,
        description: 'how the call ended; several may be given',
      },
      {
        name: 'include',
        type: 'string',
        values: CALL_INCLUDES,
        multiple: true,
        description: 'more of each call; several may be given',
      },
      LIMIT,
      OFFSET,
    ],
    list: { paged: true, maxLimit: 200, window: { start: 'start', end: 'end', days: 31, unless: 'call_id' } },
    columns: ['call_id', 'call_started', 'duration', 'disposition', 'caller_id', 'phone_number', 'ring_to'],
    idKey: 'call_id',
    examples: [
      'calls list --start 2026-01-01T00:00:00Z --end 2026-01-31T00:00:00Z --disposition ANSWERED',
      'calls list --include recordings --json',
    ],
    notes: [
      'The key of the rows is not documented: the one array of the answer is taken.',
      'The service answers at most 31 days at once; a longer period is asked for in parts.',
      'With --include recordings each call has signed URLs that live 7 days.',
      'How several values travel is not stated; they are joined by commas.',
    ],
  },
  {
    family: 'calls',
    verb: 'get',
    summary: 'Show one call',
    service: 'api',
    method: 'GET',
    path: '/conversations/calls/{id}',
    title: 'Get Call By ID',
    evidence: 'inferred',
    evidenceNote: 'title listed, path inferred; certain alternative: `calls list --call-id`',
    pathParams: [{ name: 'id', description: 'id of the call' }],
    examples: ['calls get 98765', 'calls list --call-id 98765 --json'],
    notes: ['Documented alternative: calls list --call-id <id>'],
  },
];

export const sms: readonly Endpoint[] = [
  {
    family: 'sms',
    verb: 'list',
    summary: 'List SMS conversations',
    service: 'api',
    method: 'GET',
    path: '/conversations/sms',
    title: 'Get SMS Conversations',
    evidence: 'documented',
    query: [
      {
        name: 'type',
        type: 'string',
        values: ['allOpen', 'assignedToYou', 'unassigned', 'close'],
        description: 'which conversations',
        default: 'allOpen',
      },
      {
        name: 'search',
        type: 'string',
        maxLength: 255,
        description: 'part of the name or number of the contact',
      },
      { name: 'order', type: 'string', values: ['desc', 'asc'], description: 'direction', default: 'desc' },
      { name: 'start', type: 'date', description: 'begin of the period' },
      { name: 'end', type: 'date', description: 'end of the period' },
      LIMIT,
      OFFSET,
    ],
    list: { key: 'conversation', paged: true, maxLimit: 200 },
    columns: [
      'conversation_id',
      'phone_number',
      'conversation_status',
      'message',
      'unread_count',
      'agent',
      'conversation_updated',
    ],
    idKey: 'conversation_id',
    examples: ['sms list --type unassigned --limit 20', 'sms list --search 8015557654 --json'],
    notes: ["The service's own default is 7 rows; this tool always sends a limit."],
  },
];
