// Two shapes of one tree: as stored, and as the builder shows it, where every nested condition is a group.
import type { Path } from './edit';
import { type Condition, groupOf, type Step } from './model';

type Slot = { path: Path; optional: boolean };
type Loose = { [key: string]: unknown };

/** Places directly inside of a condition at which another one stands; `optional` ones may be left out. */
export function slotsOf(condition: Condition): Slot[] {
  const node = condition as Loose;
  const slots: Slot[] = [];
  for (const key of ['all', 'any'])
    if (Array.isArray(node[key]))
      for (const i of node[key].keys()) slots.push({ path: [key, i], optional: false });
  for (const key of ['not', 'has', 'held'])
    if (node[key] !== undefined) slots.push({ path: [key], optional: false });
  if (node.where !== undefined) slots.push({ path: ['where'], optional: !('related' in node) });
  if (node.among !== undefined) slots.push({ path: ['among'], optional: true });
  if (Array.isArray(node.sequence)) {
    for (const [i, step] of (node.sequence as Step[]).entries()) {
      if ('did' in step && step.where) slots.push({ path: ['sequence', i, 'where'], optional: true });
      if (step.not_did?.where) slots.push({ path: ['sequence', i, 'not_did', 'where'], optional: true });
    }
  }
  return slots;
}

/** Slots whose condition is always shown as a group. */
function isNested(path: Path): boolean {
  return ['where', 'has', 'held', 'among'].includes(String(path.at(-1)));
}

function get(node: unknown, path: Path): unknown {
  let found = node;
  for (const step of path) found = (found as Loose)[step];
  return found;
}

function put(node: unknown, path: Path, value: unknown): void {
  const owner = get(node, path.slice(0, -1)) as Loose;
  const last = path.at(-1) as string | number;
  if (value === undefined) delete owner[last];
  else owner[last] = value;
}

/** As the builder edits it. */
export function expand(condition: Condition): Condition {
  return grouped(expanded(condition));
}

function grouped(condition: Condition): Condition {
  return groupOf(condition) ? condition : { all: [condition] };
}

function expanded(condition: Condition): Condition {
  // A `not` of a `not` is shown as a group of one: none of "not ...".
  if ('not' in condition && 'not' in condition.not) return { not: { any: [expanded(condition.not)] } };
  const copy = structuredClone(condition);
  for (const { path } of slotsOf(condition)) {
    const inner = expanded(get(condition, path) as Condition);
    put(copy, path, isNested(path) ? grouped(inner) : inner);
  }
  return copy;
}

const key = (path: Path) => path.join('/');

export type Compacted = { condition: Condition; stored: Map<string, string> };

/**
 * As it is stored: groups of one become their condition, optional groups of none disappear.
 * `stored` gives, for each condition by its path in the builder, its path in the stored form.
 */
export function compact(condition: Condition): Compacted {
  const stored = new Map<string, string>();
  const result = compacted(condition, [], [], stored, true);
  return { condition: result as Condition, stored };
}

function compacted(
  condition: Condition,
  shown: Path,
  kept: Path,
  stored: Map<string, string>,
  fold: boolean,
): Condition {
  stored.set(key(shown), key(kept));
  const all = 'all' in condition ? condition.all : null;
  if (fold && all && all.length === 1)
    return compacted(all[0] as Condition, [...shown, 'all', 0], kept, stored, false);
  if ('not' in condition && 'any' in condition.not && condition.not.any.length === 1) {
    const only = condition.not.any[0] as Condition;
    if ('not' in only)
      return { not: compacted(only, [...shown, 'not', 'any', 0], [...kept, 'not'], stored, false) };
  }
  const copy = structuredClone(condition);
  for (const { path, optional } of slotsOf(condition)) {
    const inner = get(condition, path) as Condition;
    const nested = isNested(path);
    if (optional && 'all' in inner && inner.all.length === 0) {
      put(copy, path, undefined);
      continue;
    }
    put(copy, path, compacted(inner, [...shown, ...path], [...kept, ...path], stored, nested));
  }
  return copy;
}
