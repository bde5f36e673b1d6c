// New conditions: as complete as they can be without knowing what is wanted.
import {
  attributesFor,
  type Catalog,
  isClockless,
  operatorsFor,
  type Reached,
  relationsOf,
  typesFor,
} from './catalog';
import type { Condition, Kind, Subject, Value } from './model';

/** From the beginning of this year on. */
export const blankRange = () => ({ from: `${new Date().getFullYear()}-01-01` });

/** The value that a new comparison begins with; undefined where the operator has none. */
export function blankValue(attribute: Reached, op: string, subject: Subject): Value | undefined {
  switch (op) {
    case 'is_present':
    case 'is_missing':
      return undefined;
    case 'in':
    case 'not_in':
    case 'has_any':
    case 'has_all':
    case 'has_none':
      return [];
    case 'within':
      return isClockless(subject) ? blankRange() : { last: { days: 30 } };
    case 'more_than':
      return { ago: { days: 30 } };
    case 'anniversary':
      return isClockless(subject) ? { month: 5 } : { next: { days: 7 } };
    case 'within_km':
      return { km: 25, of: { latitude: 0, longitude: 0 } };
    case 'between':
    case 'not_between':
      return attribute.type === 'date' || attribute.type === 'timestamp' ? ['', ''] : [0, 100];
  }
  switch (attribute.type) {
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
    case 'decimal':
      return 0;
    case 'choices':
      return [];
    case 'date':
    case 'timestamp':
      return { today: true };
    case 'choice':
      return attribute.options?.[0] ?? '';
    default:
      return '';
  }
}

export function comparison(attribute: Reached, subject: Subject): Condition {
  const op = operatorsFor(attribute.type, subject)[0] as string;
  const value = blankValue(attribute, op, subject);
  return value === undefined ? { attribute: attribute.path, op } : { attribute: attribute.path, op, value };
}

/** A new condition of a kind; attributes are chosen first, so a comparison begins with the first one. */
export function blank(kind: Kind, catalog: Catalog, subject: Subject): Condition {
  const entity = 'entity' in subject ? subject.entity : subject.audience;
  const type = typesFor(catalog, entity)[0]?.name ?? '';
  switch (kind) {
    case 'attribute': {
      const first = attributesFor(catalog, subject)[0];
      return first ? comparison(first, subject) : { attribute: '', op: 'is', value: '' };
    }
    case 'did':
      return { did: type, during: { last: { days: 30 } } };
    case 'related': {
      const relations = relationsOf(catalog, entity);
      const chosen = relations.find((relation) => relation.toMany) ?? relations[0];
      return { related: chosen?.path ?? '', where: { all: [] } };
    }
    case 'occurrence':
      return { latest: type, has: { all: [] } };
    case 'sequence':
      return { sequence: [{ did: type }, { did: type, within: { days: 7 } }] };
    case 'held':
      return { held: { all: [] }, for: { op: '>=', value: { days: 7 } } };
    case 'segment':
      return { segment: '' };
    case 'list':
      return { list: '' };
    case 'crossed':
      return { entered: '', during: { last: { days: 14 } } };
    case 'consent':
      return { consent: 'email', is: 'granted' };
    case 'top':
      return { top: { percent: 10 }, by: 'count', did: type, during: { last: { days: 365 } } };
    case 'sample':
      return { sample: { percent: 10, from: 0, salt: 'test' } };
    case 'group':
      return { any: [] };
  }
}
