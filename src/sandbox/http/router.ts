/** The routes of the sandbox, made from the catalogue. */
import { ENDPOINTS, type Endpoint } from '../../convirza/catalogue/index.ts';
import { HttpError } from './answer.ts';

/** The endpoint of a request and the decoded values of the `{…}` in its path. */
export interface Match {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
}

/** Of broadcasts the documentation names two paths (reference §2). */
const OTHER_PATHS: readonly Endpoint[] = ENDPOINTS.filter(({ family }) => family === 'broadcasts').map(
  (endpoint) => ({ ...endpoint, path: endpoint.path.replace('/broadcast', '/sms-broadcasts') }),
);

/** Every endpoint at all of its paths. */
export const ROUTES: readonly Endpoint[] = [...ENDPOINTS, ...OTHER_PATHS];

interface Template {
  readonly segments: readonly string[];
  readonly methods: Map<string, Endpoint>;
}

/** The path of an endpoint below the root of the sandbox, with `{…}` as in the catalogue. */
function routePath(endpoint: Pick<Endpoint, 'service' | 'path'>): string {
  return endpoint.service === 'api' ? `/v3${endpoint.path}` : endpoint.path;
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{');
}

/** Finds the endpoint of a request. */
export class Router {
  readonly #templates: readonly Template[];

  constructor(endpoints: readonly Endpoint[]) {
    const byPath = new Map<string, Template>();
    for (const endpoint of endpoints) {
      const path = routePath(endpoint);
      const template = byPath.get(path) ?? { segments: path.split('/'), methods: new Map() };
      template.methods.set(endpoint.method, endpoint);
      byPath.set(path, template);
    }
    const variables = (template: Template): number => template.segments.filter(isVariable).length;
    this.#templates = [...byPath.values()].sort((a, b) => variables(a) - variables(b));
  }

  /** The endpoint of a request; undefined when there is none. */
  find(method: string, path: string): Endpoint | undefined {
    try {
      return this.match(method, path).endpoint;
    } catch (error) {
      if (error instanceof HttpError) return undefined;
      throw error;
    }
  }

  /** Throws HttpError 404 for an unknown path, 405 with `Allow` for a known one with another method. */
  match(method: string, path: string): Match {
    const segments = path.split('/').map(decode);
    // `/users/list` fits `/users/{id}` too: the template with the fewest variables is meant.
    const template = this.#templates.find((candidate) => fits(candidate, segments));
    if (template === undefined) throw new HttpError(404, `No such path: ${path}`);
    const endpoint = template.methods.get(method);
    if (endpoint === undefined) {
      const allow = [...template.methods.keys()].join(', ');
      throw new HttpError(405, `${method} is not allowed here.`, { allow });
    }
    const params: Record<string, string> = {};
    template.segments.forEach((segment, index) => {
      if (isVariable(segment)) params[segment.slice(1, -1)] = segments[index] ?? '';
    });
    return { endpoint, params };
  }
}

function fits(template: Template, segments: readonly string[]): boolean {
  if (template.segments.length !== segments.length) return false;
  return template.segments.every((segment, index) =>
    isVariable(segment) ? segments[index] !== '' : segment === segments[index],
  );
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, 'The path is not valid.');
  }
}
