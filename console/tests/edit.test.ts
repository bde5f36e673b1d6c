// Changes by path: nothing is lost, nothing else moves.
import { expect, test } from 'vitest';
import { getAt, insertAt, move, parsePath, removeAt, setAt } from '../src/builder/edit';
import { begin, record, redo, undo } from '../src/builder/history';
import type { Condition } from '../src/builder/model';

const s = (segment: string): Condition => ({ segment });
const tree: Condition = { all: [s('a'), { any: [s('b'), s('c')] }, s('d')] };

function leaves(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(leaves);
  if ('any' in condition) return condition.any.flatMap(leaves);
  return 'segment' in condition ? [condition.segment] : [];
}

test('setting leaves the old tree as it was', () => {
  const next = setAt(tree, ['all', 1, 'any', 0], s('x'));
  expect(leaves(next)).toEqual(['a', 'x', 'c', 'd']);
  expect(leaves(tree)).toEqual(['a', 'b', 'c', 'd']);
});

test('setting to nothing takes the key away', () => {
  expect(setAt({ did: 'x', during: { last: { days: 1 } } }, ['during'], undefined)).toEqual({ did: 'x' });
});

test('within a list, an item moves to the gap that is named', () => {
  expect(leaves(move(tree, ['all'], 0, ['all'], 3) as Condition)).toEqual(['b', 'c', 'd', 'a']);
  expect(leaves(move(tree, ['all'], 2, ['all'], 0) as Condition)).toEqual(['d', 'a', 'b', 'c']);
  expect(move(tree, ['all'], 1, ['all'], 1)).toEqual(tree);
});

test('between lists, an item moves whatever comes first', () => {
  expect(leaves(move(tree, ['all'], 0, ['all', 1, 'any'], 2) as Condition)).toEqual(['b', 'c', 'a', 'd']);
  expect(leaves(move(tree, ['all', 1, 'any'], 1, ['all'], 0) as Condition)).toEqual(['c', 'a', 'b', 'd']);
  expect(leaves(move(tree, ['all', 1, 'any'], 0, ['all'], 3) as Condition)).toEqual(['a', 'c', 'd', 'b']);
});

test('nothing moves into itself', () => {
  expect(move(tree, ['all'], 1, ['all', 1, 'any'], 0)).toBeNull();
});

test('every move keeps all conditions', () => {
  const lists = [['all'], ['all', 1, 'any']] as const;
  for (const from of lists)
    for (const to of lists)
      for (let index = 0; index < (getAt(tree, from) as unknown[]).length; index += 1)
        for (let place = 0; place <= (getAt(tree, to) as unknown[]).length; place += 1) {
          const moved = move(tree, from, index, to, place);
          if (moved !== null) expect(leaves(moved).sort()).toEqual(['a', 'b', 'c', 'd']);
        }
});

test('inserting and removing are each other’s opposite', () => {
  expect(removeAt(insertAt(tree, ['all'], 1, s('x')), ['all'], 1)).toEqual(tree);
});

test('paths of problems are read as steps', () => {
  expect(parsePath('where.all[0].did')).toEqual(['where', 'all', 0, 'did']);
  expect(parsePath('where.not.sequence[1].not_did.where')).toEqual([
    'where',
    'not',
    'sequence',
    1,
    'not_did',
    'where',
  ]);
});

test('undo goes back, redo goes forth, and quick typing is one step', () => {
  let history = begin(1);
  history = record(history, 2, '', 0);
  history = record(history, 3, 'field', 1000);
  history = record(history, 4, 'field', 1100);
  expect(undo(history).present).toBe(2);
  expect(undo(undo(history)).present).toBe(1);
  expect(redo(undo(history)).present).toBe(4);
  expect(record(undo(history), 9, '', 5000).future).toEqual([]);
});
