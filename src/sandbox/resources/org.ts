/** The hierarchy of groups. */
import { HttpError } from '../http/answer.ts';
import type { Group, Store } from '../store.ts';

/** A group at its place in the hierarchy. */
export interface OrgNode {
  readonly group: Group;
  /** Place among its siblings on each level: `1.2.1`; the root of the walk is `1`. */
  readonly code: string;
  /** 1 for the root of the walk. */
  readonly level: number;
}

/** Questions about the hierarchy; always answered from what is stored now. */
export class OrgTree {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The group with this id, whoever may see it. */
  get(id: number): Group | undefined {
    return this.#store.groups.get(id);
  }

  /** The groups right below, archived ones included, oldest first. */
  children(id: number): Group[] {
    return this.#store.groups.all().filter((group) => group.org_unit_parent_id === id);
  }

  /** The group and everything below it, in depth order, archived groups included. */
  walk(id: number): OrgNode[] {
    const visit = (group: Group, code: string, level: number): OrgNode[] => [
      { group, code, level },
      ...this.children(group.org_unit_id).flatMap((child, index) =>
        visit(child, `${code}.${index + 1}`, level + 1),
      ),
    ];
    const root = this.get(id);
    return root === undefined ? [] : visit(root, '1', 1);
  }

  /** The ids of the group and of everything below it. */
  scope(id: number): Set<number> {
    return new Set(this.walk(id).map((node) => node.group.org_unit_id));
  }

  /** The topmost group above the given one. */
  top(group: Group): Group {
    const parent = group.org_unit_parent_id === null ? undefined : this.get(group.org_unit_parent_id);
    return parent === undefined ? group : this.top(parent);
  }

  /**
   * The groups that a list looks in: the asked one with its sub-groups, or the caller's own. Throws HttpError
   * 403 for a group outside the caller's hierarchy (reference: documented for calls; others follow it).
   */
  scopeFor(own: number, asked: number | undefined): Set<number> {
    const all = this.scope(own);
    if (asked === undefined) return all;
    if (!all.has(asked)) throw new HttpError(403, `Org unit ${asked} is outside your account.`);
    return this.scope(asked);
  }
}

/** An IANA name as it is. Throws HttpError 400 for anything else (reference §3). */
export function checkTimezone(name: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    throw new HttpError(400, `timezone must be an IANA name, not ${name}.`);
  }
  return name;
}
