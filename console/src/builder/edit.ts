// Changes to a definition as pure functions: by path, so that a piece can be dragged anywhere.
import { type Condition, groupOf, makeGroup } from './model';

export type Path = readonly (string | number)[];
type Node = { [key: string]: unknown } | unknown[];

export function getAt(root: unknown, path: Path): unknown {
  let node = root;
  for (const step of path) node = (node as Record<string | number, unknown> | undefined)?.[step];
  return node;
}

export function setAt<T>(root: T, path: Path, value: unknown): T {
  if (path.length === 0) return value as T;
  const [step, ...rest] = path as [string | number, ...Path];
  const copy = (Array.isArray(root) ? [...root] : { ...(root as object) }) as Node;
  const owner = copy as Record<string | number, unknown>;
  owner[step] = setAt(owner[step], rest, value);
  if (value === undefined && rest.length === 0 && !Array.isArray(copy)) delete owner[step];
  return copy as T;
}

/** The path of the list in which a group at a path keeps its children. */
export function childrenPath(group: Condition, path: Path): Path {
  if ('all' in group) return [...path, 'all'];
  if ('any' in group) return [...path, 'any'];
  if ('not' in group) return childrenPath(group.not, [...path, 'not']);
  throw new Error('not a group');
}

export function removeAt<T>(root: T, list: Path, index: number): T {
  const items = getAt(root, list) as unknown[];
  return setAt(
    root,
    list,
    items.filter((_, i) => i !== index),
  );
}

export function insertAt<T>(root: T, list: Path, index: number, item: unknown): T {
  const items = getAt(root, list) as unknown[];
  return setAt(root, list, [...items.slice(0, index), item, ...items.slice(index)]);
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((step, i) => path[i] === step);
}

/** Move an item from one list to a place in another (or the same); null where it would go into itself. */
export function move<T>(root: T, from: Path, index: number, to: Path, place: number): T | null {
  if (startsWith(to, [...from, index])) return null;
  const item = getAt(root, [...from, index]);
  const same = from.length === to.length && startsWith(to, from);
  if (same) {
    const target = place > index ? place - 1 : place;
    return insertAt(removeAt(root, from, index), to, target, item);
  }
  // Marked rather than removed first: the other path stays what it was.
  const marked = setAt(root, [...from, index], null);
  const inserted = insertAt(marked, to, place, item);
  const shifted =
    startsWith(from, to) && typeof from[to.length] === 'number' && (from[to.length] as number) >= place
      ? [...to, (from[to.length] as number) + 1, ...from.slice(to.length + 1)]
      : from;
  return removeAt(inserted, shifted, index);
}

/** A condition as a group, so that more can stand beside it. */
export function asRoot(condition: Condition): Condition {
  return groupOf(condition) ? condition : { all: [condition] };
}

/** What is stored: a group of one around it says nothing, unless it is empty. */
export function fromRoot(condition: Condition): Condition {
  const group = groupOf(condition);
  if (group && group.mode === 'all' && group.children.length === 1) return group.children[0] as Condition;
  return condition;
}

export function wrap(condition: Condition): Condition {
  return makeGroup('any', [condition]);
}

/** Problems' paths, such as `where.all[0].did`, as steps. */
export function parsePath(text: string): Path {
  const steps: (string | number)[] = [];
  for (const match of text.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)) {
    if (match[1] !== undefined) steps.push(Number(match[1]));
    else steps.push(match[2] ?? (match[3] as string));
  }
  return steps;
}
