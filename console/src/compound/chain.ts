// Compound definitions as people read them: segments one after the other, joined by union, intersect and except.
import type { Condition } from '../builder/model';

export const OPS = ['union', 'intersect', 'except'] as const;
export type Op = (typeof OPS)[number];

/** A segment, everyone, no one, or segments in brackets. */
export type Term = { segment: string } | { set: 'everyone' | 'no one' } | { links: Link[] };

/** What is joined to all that stands before it. The first one begins, and its `op` says nothing. */
export type Link = { op: Op; term: Term };
export type Chain = Link[];

export const EVERYONE: Term = { set: 'everyone' };

/** Of a definition, read from left to right. Everyone alone is the empty chain. */
export function chainOf(condition: Condition): Chain {
  return 'all' in condition && condition.all.length === 0 ? [] : linksOf(condition);
}

function linksOf(condition: Condition): Chain {
  const link = (op: Op, inner: Condition): Link => ({ op, term: termOf(inner) });
  if ('any' in condition && condition.any[0])
    return [...linksOf(condition.any[0]), ...condition.any.slice(1).map((one) => link('union', one))];
  if ('all' in condition && condition.all[0])
    return [
      ...linksOf(condition.all[0]),
      ...condition.all
        .slice(1)
        .map((one) => ('not' in one ? link('except', one.not) : link('intersect', one))),
    ];
  if ('not' in condition) return [{ op: 'union', term: EVERYONE }, link('except', condition.not)];
  return [link('union', condition)];
}

function termOf(condition: Condition): Term {
  if ('segment' in condition) return { segment: condition.segment };
  if ('all' in condition && condition.all.length === 0) return EVERYONE;
  if ('any' in condition && condition.any.length === 0) return { set: 'no one' };
  return { links: linksOf(condition) };
}

/** The definition that a chain says, from left to right; brackets with nothing in them are left out. */
export function conditionOf(chain: Chain): Condition {
  let found: Condition | null = null;
  for (const { op, term } of chain) {
    const inner = conditionOfTerm(term);
    if (inner !== null) found = found === null ? inner : joined(found, op, inner);
  }
  return found ?? { all: [] };
}

export function conditionOfTerm(term: Term): Condition | null {
  if ('segment' in term) return { segment: term.segment };
  if ('set' in term) return term.set === 'everyone' ? { all: [] } : { any: [] };
  return term.links.length === 0 ? null : conditionOf(term.links);
}

function joined(left: Condition, op: Op, right: Condition): Condition {
  if (op === 'union') return { any: 'any' in left ? [...left.any, right] : [left, right] };
  const added = op === 'except' ? { not: right } : right;
  return { all: 'all' in left ? [...left.all, added] : [left, added] };
}

/** Names of segments that stand in a condition. */
export function segmentsIn(condition: Condition): string[] {
  if ('segment' in condition) return [condition.segment];
  if ('all' in condition) return condition.all.flatMap(segmentsIn);
  if ('any' in condition) return condition.any.flatMap(segmentsIn);
  return 'not' in condition ? segmentsIn(condition.not) : [];
}
