/**
 * The shape of one catalogue entry. An endpoint is described here once, as plain data; its command, flags, help,
 * completions, documentation row and sandbox route are all derived from the entry.
 */

/**
 * How sure a fact about the service is: `documented` by the endpoint's own page, only `listed` in a table or
 * menu, or `inferred` by us from its siblings.
 */
export type Evidence = 'documented' | 'listed' | 'inferred';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** `date` is ISO 8601 UTC on the wire. */
export type ParamType = 'string' | 'integer' | 'boolean' | 'date';

/** One query parameter or body field. */
export interface Param {
  /** The name as the API spells it; the flag is its kebab-case form. */
  readonly name: string;
  readonly type: ParamType;
  readonly description: string;
  /** The only values the documentation names. */
  readonly values?: readonly string[];
  /** How answers spell a value, where requests spell it otherwise. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Several values may be given. That they travel joined by commas is inferred. */
  readonly multiple?: true;
  readonly required?: true;
  /** What the service does when the parameter is absent, in words. */
  readonly default?: string;
  readonly min?: number;
  readonly max?: number;
  readonly maxLength?: number;
}

/** A `{name}` in the path. */
export interface PathParam {
  readonly name: string;
  readonly description: string;
}

/** How a list answers. */
export interface ListShape {
  /** The key of the array inside `data`, where documented; otherwise the one array is looked for. */
  readonly key?: string;
  /** Whether `limit` and `offset` are sent. */
  readonly paged: boolean;
  /** The most rows that one page may hold. */
  readonly maxLimit: number;
  /** The longest period that one request may ask for, and the names of its ends. */
  readonly window?: {
    readonly start: string;
    readonly end: string;
    readonly days: number;
    /** A parameter with which the service ignores the period. */
    readonly unless?: string;
  };
}

/** What a command of more than one request, or with files, does instead of the plain request. */
export type CustomAction = 'auth-login' | 'auth-refresh' | 'auth-logout' | 'prompts-upload' | 'groups-tree';

export interface Endpoint {
  /** Family and verb: `users list`. */
  readonly family: string;
  readonly verb: string;
  /** One line for help, without a full stop. */
  readonly summary: string;
  readonly service: 'api' | 'oauth';
  readonly method: Method;
  /** Below the service's base URL, with `{name}` for path parameters. */
  readonly path: string;
  /** Title of the page in the vendor's documentation. */
  readonly title: string;
  readonly evidence: Evidence;
  /** The evidence in full, where one word does not say it all. */
  readonly evidenceNote?: string;
  readonly pathParams?: readonly PathParam[];
  readonly query?: readonly Param[];
  readonly body?: readonly Param[];
  readonly list?: ListShape;
  /** The columns of a person's table, most important first. Without it they are chosen from the rows. */
  readonly columns?: readonly string[];
  /** The key of the id in a row of this resource. */
  readonly idKey?: string;
  /** What a person is asked before it happens. `cost`: it may cost money or be irreversible. */
  readonly danger?: 'delete' | 'cost';
  /** Whether the request may be sent again after a failure in doubt; default: GET, PUT and DELETE may. */
  readonly repeatable?: boolean;
  readonly action?: CustomAction;
  /** At least two whole command lines without the leading `convirza`. */
  readonly examples: readonly [string, string, ...string[]];
  /** Further lines for the help page: traps, limits, alternatives. */
  readonly notes?: readonly string[];
}

/** `users list`: the words a person types. */
export function commandName(endpoint: Pick<Endpoint, 'family' | 'verb'>): string {
  return `${endpoint.family} ${endpoint.verb}`;
}

/** Whether a request may be sent again when nobody knows if the first took effect. */
export function isRepeatable(endpoint: Pick<Endpoint, 'method' | 'repeatable'>): boolean {
  return endpoint.repeatable ?? (endpoint.method !== 'POST' && endpoint.method !== 'PATCH');
}

/** Whether the command may be given one request for each row of a manifest. */
export function takesRows(endpoint: Pick<Endpoint, 'method' | 'service' | 'action'>): boolean {
  return isMutation(endpoint) && endpoint.service === 'api' && endpoint.action === undefined;
}

/** Whether the request changes something on the service. */
export function isMutation(endpoint: Pick<Endpoint, 'method'>): boolean {
  return endpoint.method !== 'GET';
}
