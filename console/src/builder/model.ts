// The JSON form of definitions as types, and what kind of condition a piece of it is.

export const UNITS = ['seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'quarters', 'years'] as const;
export type Unit = (typeof UNITS)[number];
export type Duration = Partial<Record<Unit, number>>;

export const PERIODS = [
  'today',
  'yesterday',
  'tomorrow',
  'this_week',
  'last_week',
  'next_week',
  'this_month',
  'last_month',
  'next_month',
  'this_quarter',
  'last_quarter',
  'next_quarter',
  'this_year',
  'last_year',
  'next_year',
] as const;
export const CALENDAR_UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const;

export type Window =
  | { last: Duration }
  | { before: Duration }
  | { between_ago: [Duration, Duration] }
  | { next: Duration }
  | { from?: string; to?: string }
  | { calendar: string | { unit: string; offset: number } };

export type Scalar = string | number | boolean;
export type Operand =
  | Scalar
  | { attribute: string; plus?: number | Duration }
  | { member: string; plus?: number | Duration }
  | { now: true; plus?: Duration }
  | { today: true; plus?: Duration };
export type Anniversary =
  | 'today'
  | { next: Duration }
  | { last: Duration }
  | { month: number; day?: number }
  | { weekday: string };
export type MoreThan = { ago: Duration } | { ahead: Duration };
export type Circle = { km: number; of: { latitude: number; longitude: number } };
export type Value = Operand | Scalar[] | [Operand, Operand] | Window | MoreThan | Anniversary | Circle;

export type Comparison = { op: string; value: Operand | [Operand, Operand] | Window };

export type Fold = 'sum' | 'average' | 'minimum' | 'maximum' | 'first' | 'latest';
export type Measure =
  | 'count'
  | 'first_time'
  | 'latest_time'
  | { count_distinct: string }
  | { count_days: true }
  | { sum: string }
  | { average: string }
  | { minimum: string }
  | { maximum: string }
  | { first: string }
  | { latest: string }
  | { active_periods: { length: Duration; of_last: number; count?: Comparison } };

export type Types = string | string[];

export type All = { all: Condition[] };
export type AnyOf = { any: Condition[] };
export type Not = { not: Condition };
export type Compare = { attribute: string; op: string; value?: Value; case?: 'exact' };
export type Related = { related: string; where: Condition; measure?: Measure; is?: Comparison };
export type Did = {
  did: Types;
  where?: Condition;
  during?: Window;
  of?: string;
  measure?: Measure;
  is?: Comparison;
};
export type Occurrence = { where?: Condition; during?: Window; has: Condition } & (
  | { latest: Types }
  | { first: Types }
);
export type Blocker = { did: Types; where?: Condition };
export type Step =
  | { did: Types; where?: Condition; within?: Duration; not_did?: Blocker }
  | { not_did: Blocker; within: Duration };
export type Sequence = { sequence: Step[]; during?: Window; same?: string[] };
export type Held = { held: Condition; for: { op: '>=' | '<'; value: Duration } };
export type InSegment = { segment: string };
export type InList = { list: string };
export type Crossed = ({ entered: string } | { left: string }) & { during?: Window };
export type Consent = { consent: string; is: 'granted' | 'denied' | 'unknown' };
export type Top = {
  top: { percent: number } | { count: number };
  by: Measure | { attribute: string };
  did?: Types;
  where?: Condition;
  during?: Window;
  among?: Condition;
  order?: 'lowest';
};
export type Sample = { sample: { percent: number; from?: number; salt: string } };

export type Condition =
  | All
  | AnyOf
  | Not
  | Compare
  | Related
  | Did
  | Occurrence
  | Sequence
  | Held
  | InSegment
  | InList
  | Crossed
  | Consent
  | Top
  | Sample;

export type Kind =
  | 'group'
  | 'attribute'
  | 'related'
  | 'did'
  | 'occurrence'
  | 'sequence'
  | 'held'
  | 'segment'
  | 'list'
  | 'crossed'
  | 'consent'
  | 'top'
  | 'sample';

export const KINDS: readonly Kind[] = [
  'attribute',
  'did',
  'related',
  'occurrence',
  'sequence',
  'segment',
  'list',
  'crossed',
  'consent',
  'top',
  'held',
  'sample',
  'group',
];

/** Of whom or what a condition speaks: it decides which kinds, attributes and operators are offered. */
export type Subject =
  | { of: 'member'; entity: string }
  | { of: 'record'; entity: string }
  | { of: 'interaction'; types: string[]; audience: string }
  | { of: 'held'; entity: string };

export type GroupMode = 'all' | 'any' | 'none' | 'not_all';

/** The group that a condition is, or null. A `not` around a group is a mode of it. */
export function groupOf(condition: Condition): { mode: GroupMode; children: Condition[] } | null {
  if ('all' in condition) return { mode: 'all', children: condition.all };
  if ('any' in condition) return { mode: 'any', children: condition.any };
  if (!('not' in condition)) return null;
  const inner = condition.not;
  if ('all' in inner) return { mode: 'not_all', children: inner.all };
  if ('any' in inner) return { mode: 'none', children: inner.any };
  return null;
}

export function makeGroup(mode: GroupMode, children: Condition[]): Condition {
  switch (mode) {
    case 'all':
      return { all: children };
    case 'any':
      return { any: children };
    case 'none':
      return { not: { any: children } };
    case 'not_all':
      return { not: { all: children } };
  }
}

/** A single condition without the `not` around it, and whether there was one. */
export function bare(condition: Condition): { negated: boolean; inner: Exclude<Condition, Not> } {
  let inner = condition;
  let negated = false;
  while ('not' in inner) {
    inner = inner.not;
    negated = !negated;
  }
  return { negated, inner };
}

export function kindOf(condition: Condition): Kind {
  if (groupOf(condition)) return 'group';
  const { inner } = bare(condition);
  if ('attribute' in inner && 'op' in inner) return 'attribute';
  if ('related' in inner) return 'related';
  if ('top' in inner) return 'top';
  if ('has' in inner) return 'occurrence';
  if ('did' in inner) return 'did';
  if ('sequence' in inner) return 'sequence';
  if ('held' in inner) return 'held';
  if ('segment' in inner) return 'segment';
  if ('list' in inner) return 'list';
  if ('entered' in inner || 'left' in inner) return 'crossed';
  if ('consent' in inner) return 'consent';
  if ('sample' in inner) return 'sample';
  throw new Error(`no condition: ${JSON.stringify(condition)}`);
}

/** Kinds that a condition on this subject may be. */
export function kindsFor(subject: Subject, isAudience: boolean): readonly Kind[] {
  switch (subject.of) {
    case 'member':
      return KINDS;
    case 'record':
      return isAudience ? KINDS : ['attribute', 'related', 'group'];
    case 'interaction':
      return ['attribute', 'group'];
    case 'held':
      return ['attribute', 'segment', 'list', 'consent', 'group'];
  }
}

export function listOfTypes(types: Types | undefined): string[] {
  if (types === undefined) return [];
  return typeof types === 'string' ? [types] : types;
}

export function typesOf(list: string[]): Types {
  return list.length === 1 ? (list[0] as string) : list;
}

export function unitOf(duration: Duration): { unit: Unit; amount: number } {
  for (const unit of UNITS) {
    const amount = duration[unit];
    if (amount !== undefined) return { unit, amount };
  }
  return { unit: 'days', amount: 0 };
}

export function duration(amount: number, unit: Unit): Duration {
  return { [unit]: amount };
}
