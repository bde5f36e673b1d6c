// What is counted or measured over interactions or related records, and with what it is compared.
import { t } from '../texts';
import { attributeAt, isNumeric, isTime, ownAttributes, type Reached, withChosen } from './catalog';
import { useBuilder } from './context';
import type { Path } from './edit';
import { DurationField, Find, NumberField, Pick, Word } from './fields';
import type { Comparison, Measure, Operand, Subject } from './model';
import { ValueField } from './values';

export type MeasureKind =
  | 'count'
  | 'count_distinct'
  | 'count_days'
  | 'sum'
  | 'average'
  | 'minimum'
  | 'maximum'
  | 'first'
  | 'latest'
  | 'first_time'
  | 'latest_time'
  | 'active_periods';

export const OF_INTERACTIONS: readonly MeasureKind[] = [
  'count',
  'sum',
  'average',
  'minimum',
  'maximum',
  'count_distinct',
  'count_days',
  'first',
  'latest',
  'first_time',
  'latest_time',
  'active_periods',
];
const OF_RECORDS: readonly MeasureKind[] = [
  'count',
  'sum',
  'average',
  'minimum',
  'maximum',
  'count_distinct',
];

export function measureKind(measure: Measure | undefined): MeasureKind {
  if (measure === undefined) return 'count';
  if (typeof measure === 'string') return measure;
  return Object.keys(measure)[0] as MeasureKind;
}

function measureAttribute(measure: Measure | undefined): string | undefined {
  if (measure === undefined || typeof measure === 'string') return undefined;
  const value = Object.values(measure)[0];
  return typeof value === 'string' ? value : undefined;
}

const takesAttribute = (kind: MeasureKind) =>
  ['count_distinct', 'sum', 'average', 'minimum', 'maximum', 'first', 'latest'].includes(kind);

/** Attributes that a measure can be taken of. */
function measurable(kind: MeasureKind, attributes: Reached[]): Reached[] {
  switch (kind) {
    case 'sum':
    case 'average':
      return attributes.filter((one) => isNumeric(one.type));
    case 'minimum':
    case 'maximum':
      return attributes.filter((one) => isNumeric(one.type) || isTime(one.type));
    default:
      return attributes.filter((one) => one.type !== 'location' && one.type !== 'choices');
  }
}

export function makeMeasure(kind: MeasureKind, attributes: Reached[], kept: string | undefined): Measure {
  switch (kind) {
    case 'count':
    case 'first_time':
    case 'latest_time':
      return kind;
    case 'count_days':
      return { count_days: true };
    case 'active_periods':
      return { active_periods: { length: { weeks: 1 }, of_last: 4 } };
    default: {
      const fits = measurable(kind, attributes);
      const attribute = fits.find((one) => one.path === kept)?.path ?? fits[0]?.path ?? '';
      return { [kind]: attribute } as Measure;
    }
  }
}

/** As what the measure compares: counts are integers, sums are their attribute's type. */
function resultOf(measure: Measure | undefined, attributes: Reached[]): Reached {
  const kind = measureKind(measure);
  const base = { name: kind, path: kind, owner: '', ownerKind: 'built-in' } as const;
  if (kind === 'first_time' || kind === 'latest_time') return { ...base, type: 'timestamp' };
  const attribute = attributes.find((one) => one.path === measureAttribute(measure));
  if (kind === 'count_distinct' || !attribute) return { ...base, type: 'integer' };
  return kind === 'average' ? { ...attribute, type: 'number' } : attribute;
}

const AT_LEAST_ONE: Comparison = { op: '>=', value: 1 };

function operatorsOf(result: Reached): string[] {
  if (isTime(result.type)) return ['within', '=', '!=', '>', '>=', '<', '<=', 'between'];
  if (isNumeric(result.type)) return ['>=', '>', '=', '!=', '<=', '<', 'between'];
  return ['=', '!='];
}

function blankComparison(result: Reached): Comparison {
  if (isTime(result.type)) return { op: 'within', value: { last: { days: 30 } } };
  if (isNumeric(result.type)) return result.path === 'count' ? AT_LEAST_ONE : { op: '>=', value: 100 };
  if (result.type === 'boolean') return { op: '=', value: true };
  return { op: '=', value: result.options?.[0] ?? '' };
}

/** Measure and comparison of `did` and `related`; for plain counts it reads “at least 3 times”. */
export function MeasureField(props: {
  measure: Measure | undefined;
  is: Comparison | undefined;
  path: Path;
  subject: Subject;
  /** Whose attributes the measure may be compared with. */
  owner: Subject;
  records?: boolean;
}) {
  const { catalog, change } = useBuilder();
  const { measure, is, path, subject, records } = props;
  const chosen = attributeAt(catalog, subject, measureAttribute(measure) ?? '');
  const attributes = withChosen(ownAttributes(catalog, subject), chosen);
  const kind = measureKind(measure);
  const result = resultOf(measure, attributes);
  const comparison = is ?? AT_LEAST_ONE;
  const kinds = (records ? OF_RECORDS : OF_INTERACTIONS).filter(
    (one) => one === kind || !takesAttribute(one) || measurable(one, attributes).length > 0,
  );
  const choose = (next: MeasureKind) => {
    const made = makeMeasure(next, attributes, measureAttribute(measure));
    const compared = blankComparison(resultOf(made, attributes));
    change((root) => replaceMeasure(root, path, made, compared));
  };
  return (
    <span className="b-flow">
      <Pick
        label={t.builder.measure}
        value={kind}
        options={kinds.map((one) => ({
          value: one,
          label: one === 'count' && records ? t.builder.measures.count_records : t.builder.measures[one],
        }))}
        onChange={(next) => choose(next as MeasureKind)}
      />
      <MeasureDetails measure={measure} path={[...path, 'measure']} subject={subject} />
      <ComparisonField comparison={comparison} path={[...path, 'is']} result={result} subject={props.owner} />
    </span>
  );
}

function replaceMeasure<T>(root: T, path: Path, measure: Measure, is: Comparison): T {
  const [step, ...rest] = path as [string | number, ...Path];
  if (path.length === 0) return { ...root, measure, is };
  const copy = (Array.isArray(root) ? [...root] : { ...(root as object) }) as Record<
    string | number,
    unknown
  >;
  copy[step] = replaceMeasure(copy[step], rest, measure, is);
  return copy as T;
}

/** The attribute that a measure reads, or its periods. */
export function MeasureDetails(props: { measure: Measure | undefined; path: Path; subject: Subject }) {
  const { catalog, set } = useBuilder();
  const { measure, path, subject } = props;
  const kind = measureKind(measure);
  if (takesAttribute(kind)) {
    return (
      <Find
        label={t.builder.measureAttribute}
        value={measureAttribute(measure) ?? ''}
        width={150}
        options={withChosen(
          measurable(kind, ownAttributes(catalog, subject)),
          attributeAt(catalog, subject, measureAttribute(measure) ?? ''),
        ).map((one) => ({ value: one.path, label: one.path }))}
        onChange={(next) => set([...path, kind], next)}
      />
    );
  }
  if (measure && typeof measure === 'object' && 'active_periods' in measure) {
    const { length, of_last } = measure.active_periods;
    const inside = [...path, 'active_periods'];
    return (
      <>
        <Word>{t.builder.of_last}</Word>
        <NumberField
          label={t.builder.periods}
          value={of_last}
          min={1}
          max={366}
          whole
          width={50}
          onChange={(next) => set([...inside, 'of_last'], next, true)}
        />
        <Word>×</Word>
        <DurationField label={t.builder.periodLength} value={length} path={[...inside, 'length']} />
      </>
    );
  }
  return null;
}

function ComparisonField(props: { comparison: Comparison; path: Path; result: Reached; subject: Subject }) {
  const { set } = useBuilder();
  const { comparison, path, result, subject } = props;
  const timed = isTime(result.type);
  const label = (op: string) =>
    timed ? (t.builder.timeOps[op] ?? t.builder.ops[op] ?? op) : (t.builder.countOps[op] ?? op);
  const choose = (op: string) => {
    if (op === 'between' && comparison.op !== 'between') set(path, { op, value: timed ? ['', ''] : [1, 10] });
    else if (op === 'within' && comparison.op !== 'within') set(path, { op, value: { last: { days: 30 } } });
    else if (['between', 'within'].includes(comparison.op) && op !== comparison.op)
      set(path, { op, value: timed ? { today: true } : 1 });
    else set(path, { op, value: comparison.value });
  };
  return (
    <>
      <Pick
        label={t.builder.operator}
        value={comparison.op}
        options={operatorsOf(result).map((op) => ({ value: op, label: label(op) }))}
        onChange={choose}
      />
      <ValueField
        attribute={result}
        subject={subject}
        op={comparison.op === '=' && result.type === 'boolean' ? 'is' : comparison.op}
        value={comparison.value as Operand}
        path={[...path, 'value']}
      />
    </>
  );
}
