// The lists of a subscription center are put in another order without losing or doubling one.
import { expect, test } from 'vitest';
import { moved } from '../src/pages/centers/ShownLists';

const lists = [1, 2, 3, 4].map((list) => ({ list, names: {}, abouts: {} }));
const order = (from: number, to: number) => moved(lists, from, to).map((one) => one.list);

test('a list is moved to the place that is meant, and the others keep their order', () => {
  expect(order(0, 2)).toEqual([2, 3, 1, 4]);
  expect(order(3, 0)).toEqual([4, 1, 2, 3]);
  expect(order(1, 3)).toEqual([1, 3, 4, 2]);
  expect(order(2, 2)).toEqual([1, 2, 3, 4]);
});

test('a place that is none changes nothing', () => {
  expect(order(0, -1)).toEqual([1, 2, 3, 4]);
  expect(order(0, 4)).toEqual([1, 2, 3, 4]);
  expect(order(9, 0)).toEqual([1, 2, 3, 4]);
});
