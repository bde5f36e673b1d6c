// What is offered at a place: only what exists, and what may stand there.
import { expect, test } from 'vitest';
import {
  attributesFor,
  entityBehind,
  operatorsFor,
  relationsOf,
  typesMatching,
} from '../src/builder/catalog';
import { catalog } from './worlds';

test('attributes are reached through relationships to one record, without going in circles', () => {
  const paths = attributesFor(catalog, { of: 'member', entity: 'contact' }).map((one) => one.path);
  expect(paths).toContain('account.industry');
  expect(paths).toContain('account.parent');
  expect(paths).not.toContain('account.parent.parent.parent');
  expect(new Set(paths).size).toBe(paths.length);
});

test('patterns stand for the types that fit, and a star in a name can be meant', () => {
  const names = (patterns: string[]) => typesMatching(catalog, 'contact', patterns).map((type) => type.name);
  expect(names(['page_*'])).toEqual(['page_viewed', 'page_left']);
  expect(names(['purchase'])).toEqual(['purchase']);
  expect(names(['p.rchase'])).toEqual([]);
  expect(names(['page_\\*'])).toEqual([]);
});

test('interactions have what every interaction has, and no operators of the clock', () => {
  const subject = { of: 'interaction', types: ['purchase'], audience: 'contact' } as const;
  const paths = attributesFor(catalog, { ...subject, types: ['purchase'] }).map((one) => one.path);
  expect(paths).toEqual(['amount', 'shop', 'occurred_at', 'id', 'hour', 'weekday']);
  expect(operatorsFor('timestamp', { ...subject, types: ['purchase'] })).not.toContain('more_than');
  expect(operatorsFor('timestamp', { of: 'member', entity: 'contact' })).toContain('more_than');
});

test('relationships are read both ways', () => {
  const relations = relationsOf(catalog, 'contact');
  expect(relations.find((one) => one.path === 'registrations')).toEqual({
    path: 'registrations',
    to: 'registration',
    toMany: true,
  });
  expect(entityBehind(catalog, 'contact', 'account.contacts')).toBe('contact');
});
