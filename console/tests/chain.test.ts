// Compound definitions read as chains say the same, whatever they look like.
import { expect, test } from 'vitest';
import type { Condition } from '../src/builder/model';
import { type Chain, chainOf, conditionOf } from '../src/compound/chain';

const names = ['A', 'B', 'C'];
const s = (name: string): Condition => ({ segment: name });

function holds(condition: Condition, members: Set<string>): boolean {
  if ('segment' in condition) return members.has(condition.segment);
  if ('all' in condition) return condition.all.every((one) => holds(one, members));
  if ('any' in condition) return condition.any.some((one) => holds(one, members));
  if ('not' in condition) return !holds(condition.not, members);
  throw new Error(JSON.stringify(condition));
}

/** Every way of being in the segments or not, as the truths of a condition. */
const truths = (condition: Condition) =>
  Array.from({ length: 2 ** names.length }, (_, bits) =>
    holds(condition, new Set(names.filter((_name, i) => bits & (1 << i)))),
  );

/** All trees of a depth, over few segments. */
function trees(depth: number): Condition[] {
  const leaves: Condition[] = [s('A'), s('B'), s('C'), { all: [] }, { any: [] }];
  if (depth === 0) return leaves;
  const inner = trees(depth - 1).filter((_, i) => depth === 1 || i % 7 === 0);
  const pairs = inner.flatMap((a, i) => inner.slice(i % 3).map((b) => [a, b] as const));
  return [
    ...leaves,
    ...inner.map((one) => ({ not: one })),
    ...pairs.flatMap(([a, b]) => [{ all: [a, b] }, { any: [a, b] }, { all: [a, { not: b }] }]),
  ];
}

test('a chain says what the definition says', () => {
  const all = trees(2);
  expect(all.length).toBeGreaterThan(300);
  for (const tree of all)
    expect(truths(conditionOf(chainOf(tree))), JSON.stringify(tree)).toEqual(truths(tree));
});

test('what the console has written is read and written the same', () => {
  const whole = trees(2).filter((tree) => !JSON.stringify(tree).includes('[]'));
  expect(whole.length).toBeGreaterThan(30);
  for (const tree of whole) {
    const written = conditionOf(chainOf(tree));
    expect(conditionOf(chainOf(written)), JSON.stringify(tree)).toEqual(written);
  }
});

test('set words read from left to right', () => {
  const chain: Chain = [
    { op: 'union', term: { segment: 'A' } },
    { op: 'union', term: { segment: 'B' } },
    { op: 'except', term: { segment: 'C' } },
  ];
  const condition = { all: [{ any: [s('A'), s('B')] }, { not: s('C') }] };
  expect(conditionOf(chain)).toEqual(condition);
  expect(chainOf(condition)).toEqual(chain);
});

test('what binds differently stands in brackets', () => {
  expect(chainOf({ any: [s('A'), { all: [s('B'), { not: s('C') }] }] })).toEqual([
    { op: 'union', term: { segment: 'A' } },
    {
      op: 'union',
      term: {
        links: [
          { op: 'union', term: { segment: 'B' } },
          { op: 'except', term: { segment: 'C' } },
        ],
      },
    },
  ]);
});

test('brackets with nothing in them say nothing', () => {
  expect(
    conditionOf([
      { op: 'union', term: { segment: 'A' } },
      { op: 'except', term: { links: [] } },
    ]),
  ).toEqual(s('A'));
});
