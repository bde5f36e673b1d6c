// What the catalog offers at a place of a definition: attributes through relationships, types, relationships.
import type { Subject } from './model';

export type ValueType =
  | 'text'
  | 'integer'
  | 'number'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'choice'
  | 'choices'
  | 'reference'
  | 'location';

export type Attribute = {
  name: string;
  type: ValueType;
  options?: string[];
  to?: string;
  inverse?: string;
};
export type Owner = { name: string; attributes: Attribute[] };
export type Entity = Owner & { audience: boolean };
export type InteractionType = Owner & { audience: string };
export type Catalog = {
  version: number;
  timezone: string;
  mode: string;
  entities: Entity[];
  interactions: InteractionType[];
};

/** An attribute as it is reached from a subject; `entity` and `name` say whose it is, for its values. */
export type Reached = Attribute & {
  path: string;
  owner: string;
  ownerKind: 'entity' | 'interaction' | 'built-in';
};
export type Relation = { path: string; to: string; toMany: boolean };

export const STEPS_MAX = 3;

export function entityNamed(catalog: Catalog, name: string): Entity | undefined {
  return catalog.entities.find((entity) => entity.name === name);
}

export function isAudience(catalog: Catalog, name: string): boolean {
  return entityNamed(catalog, name)?.audience ?? false;
}

export function typesFor(catalog: Catalog, audience: string): InteractionType[] {
  return catalog.interactions.filter((type) => type.audience === audience);
}

/** The types that a name or pattern stands for: `*` is any run of characters, `\*` a star. */
export function typesMatching(catalog: Catalog, audience: string, names: string[]): InteractionType[] {
  return typesFor(catalog, audience).filter((type) => names.some((name) => fits(name, type.name)));
}

function fits(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const source = pattern
    .split(/(\\\*|\*)/)
    .map((part) =>
      part === '*' ? '.*' : part === '\\*' ? '\\*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${source}$`, 's').test(name);
}

function through(catalog: Catalog, entity: string, prefix: string, steps: number, seen: string[]): Reached[] {
  const found = entityNamed(catalog, entity);
  if (!found) return [];
  const own: Reached[] = found.attributes.map((attribute) => ({
    ...attribute,
    path: prefix + attribute.name,
    owner: entity,
    ownerKind: 'entity',
  }));
  if (steps <= 0) return own;
  const behind = found.attributes
    .filter((attribute) => attribute.type === 'reference' && attribute.to && !seen.includes(attribute.to))
    .flatMap((attribute) =>
      through(catalog, attribute.to as string, `${prefix}${attribute.name}.`, steps - 1, [
        ...seen,
        attribute.to as string,
      ]),
    );
  return [...own, ...behind];
}

const KEY: Reached = { name: 'id', path: 'id', type: 'text', owner: '', ownerKind: 'built-in' };
const BUILT_IN: readonly [string, ValueType, string[]?][] = [
  ['occurred_at', 'timestamp'],
  ['id', 'text'],
  ['hour', 'integer'],
  ['weekday', 'choice', ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']],
];

/** Attributes that a condition on the subject may compare, own ones first, each once. */
export function attributesFor(catalog: Catalog, subject: Subject): Reached[] {
  switch (subject.of) {
    case 'member':
    case 'record':
    case 'held':
      return [...through(catalog, subject.entity, '', STEPS_MAX, [subject.entity]), KEY];
    case 'interaction': {
      const found = new Map<string, Reached>();
      for (const type of typesMatching(catalog, subject.audience, subject.types)) {
        for (const attribute of type.attributes) {
          const reached: Reached = {
            ...attribute,
            path: attribute.name,
            owner: type.name,
            ownerKind: 'interaction',
          };
          if (!found.has(reached.path)) found.set(reached.path, reached);
          if (attribute.type === 'reference' && attribute.to) {
            for (const one of through(catalog, attribute.to, `${attribute.name}.`, 1, [attribute.to])) {
              if (!found.has(one.path)) found.set(one.path, one);
            }
          }
        }
      }
      for (const [name, type, options] of BUILT_IN) {
        if (!found.has(name))
          found.set(name, { name, type, options, path: name, owner: '', ownerKind: 'built-in' });
      }
      return [...found.values()];
    }
  }
}

/** The attribute at a path, however far away: a path takes the longest name that fits. */
export function attributeAt(catalog: Catalog, subject: Subject, path: string): Reached | undefined {
  const near = attributesFor(catalog, subject).find((attribute) => attribute.path === path);
  if (near) return near;
  if (subject.of !== 'interaction') return attributeBehind(catalog, subject.entity, path, '');
  for (const type of typesMatching(catalog, subject.audience, subject.types)) {
    const found = behindReferences(catalog, type.attributes, path, '');
    if (found) return found;
  }
  return undefined;
}

function attributeBehind(
  catalog: Catalog,
  entity: string,
  path: string,
  before: string,
): Reached | undefined {
  const attributes = entityNamed(catalog, entity)?.attributes ?? [];
  const own = attributes.find((one) => one.name === path);
  if (own) return { ...own, path: before + path, owner: entity, ownerKind: 'entity' };
  if (path === 'id') return { ...KEY, path: `${before}id` };
  return behindReferences(catalog, attributes, path, before);
}

function behindReferences(
  catalog: Catalog,
  attributes: Attribute[],
  path: string,
  before: string,
): Reached | undefined {
  for (const { name, to } of attributes.toSorted((a, b) => b.name.length - a.name.length)) {
    if (!to || !path.startsWith(`${name}.`)) continue;
    const found = attributeBehind(catalog, to, path.slice(name.length + 1), `${before}${name}.`);
    if (found) return found;
  }
  return undefined;
}

/** What is offered, and what is chosen, though it lies farther away than what is offered. */
export function withChosen<One extends { path: string }>(offered: One[], chosen: One | undefined): One[] {
  return chosen && !offered.some((one) => one.path === chosen.path) ? [chosen, ...offered] : offered;
}

/** Attributes that lie on the interactions or records themselves, for measures. */
export function ownAttributes(catalog: Catalog, subject: Subject): Reached[] {
  return attributesFor(catalog, subject).filter((one) => one.ownerKind !== 'built-in');
}

/** Relationships of an entity, up to a few steps, nearest first. */
export function relationsOf(catalog: Catalog, entity: string, steps = 2): Relation[] {
  const found: Relation[] = [];
  let front: Relation[] = [{ path: '', to: entity, toMany: false }];
  for (let step = 0; step < steps; step += 1) {
    const next: Relation[] = [];
    for (const from of front) {
      const prefix = from.path === '' ? '' : `${from.path}.`;
      for (const attribute of entityNamed(catalog, from.to)?.attributes ?? []) {
        if (attribute.type === 'reference' && attribute.to)
          next.push({ path: prefix + attribute.name, to: attribute.to, toMany: from.toMany });
      }
      for (const other of catalog.entities) {
        for (const attribute of other.attributes) {
          if (attribute.type === 'reference' && attribute.to === from.to && attribute.inverse)
            next.push({ path: prefix + attribute.inverse, to: other.name, toMany: true });
        }
      }
    }
    found.push(...next);
    front = next;
  }
  return found.filter((relation) => relation.path.split('.').length <= 1 || relation.toMany);
}

/** The entity at the end of a path of relationships, or undefined. */
export function entityBehind(catalog: Catalog, entity: string, path: string): string | undefined {
  const steps = relationsOf(catalog, entity, 1).toSorted((a, b) => b.path.length - a.path.length);
  for (const step of steps) {
    if (path === step.path) return step.to;
    if (!path.startsWith(`${step.path}.`)) continue;
    const found = entityBehind(catalog, step.to, path.slice(step.path.length + 1));
    if (found) return found;
  }
  return undefined;
}

/** Relationships that are offered, and the one that is chosen. */
export function relationsWith(catalog: Catalog, entity: string, chosen: string | undefined): Relation[] {
  const to = chosen && entityBehind(catalog, entity, chosen);
  return withChosen(
    relationsOf(catalog, entity),
    chosen && to ? { path: chosen, to, toMany: true } : undefined,
  );
}

const OPERATORS: Record<ValueType, readonly string[]> = {
  text: [
    'is',
    'is_not',
    'in',
    'not_in',
    'contains',
    'not_contains',
    'starts_with',
    'not_starts_with',
    'ends_with',
    'not_ends_with',
    'like',
    'not_like',
    'matches',
    'not_matches',
  ],
  integer: ['=', '!=', '>', '>=', '<', '<=', 'between', 'not_between', 'in', 'not_in'],
  number: ['=', '!=', '>', '>=', '<', '<=', 'between', 'not_between', 'in', 'not_in'],
  decimal: ['=', '!=', '>', '>=', '<', '<=', 'between', 'not_between', 'in', 'not_in'],
  boolean: ['is'],
  choice: ['is', 'is_not', 'in', 'not_in'],
  reference: ['is', 'is_not', 'in', 'not_in'],
  choices: ['has_any', 'has_all', 'has_none', 'is'],
  date: ['within', 'more_than', 'anniversary', '=', '!=', '>', '>=', '<', '<=', 'between'],
  timestamp: ['within', 'more_than', 'anniversary', '=', '!=', '>', '>=', '<', '<=', 'between'],
  location: ['within_km'],
};

/** Whether nothing that depends on the clock has a place there: on interactions, and in `held`. */
export const isClockless = (subject: Subject): boolean =>
  subject.of === 'interaction' || subject.of === 'held';

/** Operators of a type at a place. Of windows and anniversaries, only fixed ones have a place everywhere. */
export function operatorsFor(type: ValueType, subject: Subject): readonly string[] {
  const own = isClockless(subject) ? OPERATORS[type].filter((op) => op !== 'more_than') : OPERATORS[type];
  return [...own, 'is_present', 'is_missing'];
}

export const isNumeric = (type: ValueType): boolean =>
  type === 'integer' || type === 'number' || type === 'decimal';
export const isTime = (type: ValueType): boolean => type === 'date' || type === 'timestamp';

/** Names as people read them; the written name stays what is stored. */
export function readable(name: string): string {
  return name.replace(/_/g, ' ').replaceAll('.', ' › ');
}
