// A small catalog and one condition of each form, for the tests of the builder.
import type { Catalog } from '../src/builder/catalog';
import type { Condition } from '../src/builder/model';

export const catalog: Catalog = {
  version: 1,
  timezone: 'UTC',
  mode: 'strict',
  entities: [
    {
      name: 'contact',
      audience: true,
      attributes: [
        { name: 'city', type: 'text' },
        { name: 'tier', type: 'choice', options: ['silver', 'gold'] },
        { name: 'score', type: 'integer' },
        { name: 'birthdate', type: 'date' },
        { name: 'renewal', type: 'date' },
        { name: 'created_at', type: 'timestamp' },
        { name: 'home', type: 'location' },
        { name: 'interests', type: 'choices' },
        { name: 'vip', type: 'boolean' },
        { name: 'account', type: 'reference', to: 'account', inverse: 'contacts' },
      ],
    },
    {
      name: 'account',
      audience: false,
      attributes: [
        { name: 'industry', type: 'text' },
        { name: 'parent', type: 'reference', to: 'account', inverse: 'children' },
      ],
    },
    {
      name: 'registration',
      audience: false,
      attributes: [
        { name: 'contact', type: 'reference', to: 'contact', inverse: 'registrations' },
        { name: 'attended', type: 'boolean' },
        { name: 'fee', type: 'decimal' },
      ],
    },
  ],
  interactions: [
    {
      name: 'purchase',
      audience: 'contact',
      attributes: [
        { name: 'amount', type: 'decimal' },
        { name: 'shop', type: 'text' },
      ],
    },
    { name: 'page_viewed', audience: 'contact', attributes: [{ name: 'url', type: 'text' }] },
    { name: 'page_left', audience: 'contact', attributes: [{ name: 'url', type: 'text' }] },
  ],
};

const city: Condition = { attribute: 'city', op: 'is', value: 'Paris' };
const big: Condition = { attribute: 'amount', op: '>', value: 10 };

export const conditions: Record<string, Condition> = {
  text: city,
  exact: { attribute: 'city', op: 'in', value: ['Paris', 'Rome'], case: 'exact' },
  missing: { attribute: 'city', op: 'is_missing' },
  number: { attribute: 'score', op: 'between', value: [1, 9] },
  boolean: { attribute: 'vip', op: 'is', value: false },
  choice: { attribute: 'tier', op: 'is_not', value: 'gold' },
  choices: { attribute: 'interests', op: 'has_all', value: ['ski', 'surf'] },
  through: { attribute: 'account.industry', op: 'starts_with', value: 'Me' },
  window: { attribute: 'created_at', op: 'within', value: { last: { months: 3 } } },
  calendar: { attribute: 'created_at', op: 'within', value: { calendar: { unit: 'month', offset: -3 } } },
  ago: { attribute: 'created_at', op: 'more_than', value: { ago: { years: 1 } } },
  anniversary: { attribute: 'birthdate', op: 'anniversary', value: { month: 5, day: 17 } },
  today: { attribute: 'renewal', op: '<=', value: { today: true, plus: { days: 30 } } },
  other: { attribute: 'renewal', op: '>', value: { attribute: 'birthdate', plus: { years: 18 } } },
  circle: {
    attribute: 'home',
    op: 'within_km',
    value: { km: 50, of: { latitude: 37.77, longitude: -122.42 } },
  },
  did: { did: 'purchase', during: { between_ago: [{ days: 60 }, { days: 30 }] }, is: { op: '>=', value: 3 } },
  pattern: { did: ['page_*', 'purchase'], measure: { count_days: true }, is: { op: '>=', value: 3 } },
  sum: { did: 'purchase', where: big, measure: { sum: 'amount' }, is: { op: '>=', value: 500 } },
  periods: {
    did: 'purchase',
    measure: { active_periods: { length: { weeks: 1 }, of_last: 4 } },
    is: { op: '>=', value: 3 },
  },
  firstTime: { did: 'purchase', measure: 'first_time', is: { op: 'within', value: { last: { days: 7 } } } },
  of: { did: 'purchase', of: 'account.contacts' },
  related: {
    related: 'registrations',
    where: {
      all: [
        { attribute: 'attended', op: 'is', value: true },
        { attribute: 'fee', op: '>', value: 5 },
      ],
    },
    is: { op: '>=', value: 2 },
  },
  latest: { latest: 'purchase', where: big, has: { attribute: 'shop', op: 'is', value: 'x' } },
  first: { first: ['purchase'], during: { calendar: 'this_year' }, has: big },
  sequence: {
    sequence: [
      { did: 'page_viewed', where: { attribute: 'url', op: 'contains', value: '/shop' } },
      { did: 'purchase', within: { days: 7 }, not_did: { did: 'page_left' } },
      { did: 'page_viewed' },
    ],
    during: { last: { days: 30 } },
    same: ['url'],
  },
  absence: { sequence: [{ did: 'page_viewed' }, { not_did: { did: 'purchase' }, within: { days: 2 } }] },
  held: { held: city, for: { op: '>=', value: { days: 7 } } },
  segment: { segment: 'VIP' },
  list: { list: 'newsletter' },
  entered: { entered: 'Trial', during: { last: { days: 14 } } },
  left: { left: 'Trial' },
  consent: { consent: 'email', is: 'granted' },
  top: {
    top: { percent: 5 },
    by: { sum: 'amount' },
    did: 'purchase',
    during: { last: { days: 365 } },
    among: city,
  },
  lowest: { top: { count: 100 }, by: { attribute: 'score' }, order: 'lowest' },
  sample: { sample: { percent: 10, from: 0, salt: 'spring' } },
  not: { not: { did: 'purchase' } },
  notAny: { not: { any: [city, { segment: 'VIP' }] } },
  notAll: { not: { all: [city, { segment: 'VIP' }] } },
  notNot: { not: { not: city } },
  nested: { all: [city, { any: [{ segment: 'VIP' }, { all: [{ list: 'x' }, { not: { list: 'y' } }] }] }] },
  everyone: { all: [] },
  noOne: { any: [] },
};
