// The builder's shape of a tree and the stored one are the same tree.
import { expect, test } from 'vitest';
import { kindOf } from '../src/builder/model';
import { compact, expand } from '../src/builder/shape';
import { conditions } from './worlds';

test.each(Object.entries(conditions))('%s is the same after expanding and compacting', (_, condition) => {
  expect(compact(expand(condition)).condition).toEqual(condition);
});

test('every kind of condition occurs in the tests', () => {
  const kinds = new Set(Object.values(conditions).map(kindOf));
  expect([...kinds].sort()).toEqual(
    [
      'attribute',
      'consent',
      'crossed',
      'did',
      'group',
      'held',
      'list',
      'occurrence',
      'related',
      'sample',
      'segment',
      'sequence',
      'top',
    ].sort(),
  );
});

test('an empty filter is not stored, and a related record of any kind is', () => {
  expect(compact({ all: [{ did: 'purchase', where: { all: [] } }] }).condition).toEqual({ did: 'purchase' });
  const related = { related: 'registrations', where: { all: [] } };
  expect(compact({ all: [related] }).condition).toEqual(related);
});

test('places in the builder are known by their places in the stored form', () => {
  const { stored } = compact(expand({ did: 'purchase', where: { attribute: 'amount', op: '>', value: 1 } }));
  expect(stored.get('all/0')).toBe('');
  expect(stored.get('all/0/where/all/0')).toBe('where');
});
