// Windows, moments and days of the year.
import { t } from '../texts';
import { blankRange } from './blank';
import { useBuilder } from './context';
import type { Path } from './edit';
import { DurationField, NumberField, Pick, TextField, Word } from './fields';
import { type Anniversary, CALENDAR_UNITS, type MoreThan, PERIODS, type Window } from './model';

type WindowKind = 'ever' | 'last' | 'before' | 'between_ago' | 'next' | 'range' | 'calendar' | 'offset';

function windowKind(window: Window | undefined): WindowKind {
  if (window === undefined) return 'ever';
  if ('last' in window) return 'last';
  if ('before' in window) return 'before';
  if ('between_ago' in window) return 'between_ago';
  if ('next' in window) return 'next';
  if ('calendar' in window) return typeof window.calendar === 'string' ? 'calendar' : 'offset';
  return 'range';
}

function blankWindow(kind: WindowKind): Window | undefined {
  switch (kind) {
    case 'ever':
      return undefined;
    case 'last':
      return { last: { days: 30 } };
    case 'before':
      return { before: { days: 30 } };
    case 'between_ago':
      return { between_ago: [{ days: 60 }, { days: 30 }] };
    case 'next':
      return { next: { days: 30 } };
    case 'range':
      return blankRange();
    case 'calendar':
      return { calendar: 'this_month' };
    case 'offset':
      return { calendar: { unit: 'month', offset: -3 } };
  }
}

/** A window of time; without `optional` there always is one, and only for values may it lie ahead. */
export function WindowField(props: {
  value: Window | undefined;
  path: Path;
  label?: string;
  optional?: boolean;
  future?: boolean;
  /** Only between given moments. */
  fixed?: boolean;
  days?: boolean;
}) {
  const { set } = useBuilder();
  const { value, path, days } = props;
  const label = props.label ?? t.builder.window;
  const kind = windowKind(value);
  const kinds = (Object.keys(t.builder.windows) as WindowKind[]).filter(
    (one) =>
      one === kind ||
      ((one !== 'ever' || props.optional) &&
        (one !== 'next' || props.future) &&
        (one === 'range' || !props.fixed)),
  );
  return (
    <span className="b-flow">
      <Pick
        label={label}
        value={kind}
        options={kinds.map((one) => ({ value: one, label: t.builder.windows[one] }))}
        onChange={(next) => set(path, blankWindow(next as WindowKind))}
      />
      {value && 'last' in value && (
        <DurationField label={label} value={value.last} path={[...path, 'last']} days={days} />
      )}
      {value && 'before' in value && (
        <DurationField label={label} value={value.before} path={[...path, 'before']} days={days} />
      )}
      {value && 'next' in value && (
        <DurationField label={label} value={value.next} path={[...path, 'next']} days={days} />
      )}
      {value && 'between_ago' in value && (
        <>
          <DurationField
            label={t.builder.from}
            value={value.between_ago[0]}
            path={[...path, 'between_ago', 0]}
            days={days}
          />
          <Word>{t.builder.and}</Word>
          <DurationField
            label={t.builder.to}
            value={value.between_ago[1]}
            path={[...path, 'between_ago', 1]}
            days={days}
          />
          <Word>{t.builder.ago}</Word>
        </>
      )}
      {value && 'calendar' in value && typeof value.calendar === 'string' && (
        <Pick
          label={t.builder.period}
          value={value.calendar}
          options={PERIODS.filter(
            (one) =>
              one === value.calendar || props.future || !(one.startsWith('next') || one === 'tomorrow'),
          ).map((one) => ({ value: one, label: t.builder.calendar(one) }))}
          onChange={(next) => set([...path, 'calendar'], next)}
        />
      )}
      {value && 'calendar' in value && typeof value.calendar === 'object' && (
        <>
          <NumberField
            label={`${t.builder.offset} (${t.builder.offsetHelp})`}
            value={value.calendar.offset}
            whole
            width={56}
            onChange={(next) => set([...path, 'calendar', 'offset'], next, true)}
          />
          <Pick
            label={t.builder.unit}
            value={value.calendar.unit}
            options={CALENDAR_UNITS.map((one) => ({
              value: one,
              label: t.builder.calendarUnits[one] as string,
            }))}
            onChange={(next) => set([...path, 'calendar', 'unit'], next)}
          />
          <Word>{t.builder.fromNow}</Word>
        </>
      )}
      {value && kind === 'range' && (
        <RangeField value={value as { from?: string; to?: string }} path={path} />
      )}
    </span>
  );
}

function RangeField({ value, path }: { value: { from?: string; to?: string }; path: Path }) {
  const { set } = useBuilder();
  const edit = (key: 'from' | 'to', text: string) => {
    const next = { ...value, [key]: text || undefined };
    set(path, next, true);
  };
  return (
    <>
      <TextField
        label={t.builder.from}
        value={value.from ?? ''}
        placeholder={t.builder.dateFormat}
        width={130}
        type={isDay(value.from) ? 'date' : undefined}
        onChange={(text) => edit('from', text)}
      />
      <Word>–</Word>
      <TextField
        label={t.builder.to}
        value={value.to ?? ''}
        placeholder={t.builder.dateFormat}
        width={130}
        type={isDay(value.to) ? 'date' : undefined}
        onChange={(text) => edit('to', text)}
      />
    </>
  );
}

/** Whether a moment is a plain day, which the browser's own field can hold. */
export function isDay(text: string | undefined): boolean {
  return text === undefined || text === '' || /^\d{4}-\d\d-\d\d$/.test(text);
}

export function MoreThanField({ value, path, days }: { value: MoreThan; path: Path; days?: boolean }) {
  const { set } = useBuilder();
  const ago = 'ago' in value;
  const length = ago ? value.ago : value.ahead;
  return (
    <span className="b-flow">
      <DurationField
        label={t.builder.value}
        value={length}
        path={[...path, ago ? 'ago' : 'ahead']}
        days={days}
      />
      <Pick
        label={t.builder.direction}
        value={ago ? 'ago' : 'ahead'}
        options={[
          { value: 'ago', label: t.builder.ago },
          { value: 'ahead', label: t.builder.ahead },
        ]}
        onChange={(next) => set(path, { [next]: length })}
      />
    </span>
  );
}

type AnniversaryKind = keyof typeof t.builder.anniversaries;

function anniversaryKind(value: Anniversary): AnniversaryKind {
  if (typeof value === 'string') return 'today';
  if ('next' in value) return 'next';
  if ('last' in value) return 'last';
  if ('weekday' in value) return 'weekday';
  return value.day === undefined ? 'month' : 'day';
}

function blankAnniversary(kind: AnniversaryKind): Anniversary {
  switch (kind) {
    case 'today':
      return 'today';
    case 'next':
      return { next: { days: 7 } };
    case 'last':
      return { last: { days: 7 } };
    case 'month':
      return { month: 5 };
    case 'day':
      return { month: 5, day: 17 };
    case 'weekday':
      return { weekday: 'monday' };
  }
}

export function AnniversaryField(props: { value: Anniversary; path: Path; fixed: boolean }) {
  const { value, path, fixed } = props;
  const { set } = useBuilder();
  const kind = anniversaryKind(value);
  const kinds = (Object.keys(t.builder.anniversaries) as AnniversaryKind[]).filter(
    (one) => !fixed || ['month', 'day', 'weekday'].includes(one),
  );
  const months = t.builder.months.map((label, i) => ({ value: String(i + 1), label }));
  return (
    <span className="b-flow">
      <Pick
        label={t.builder.anniversary}
        value={kind}
        options={kinds.map((one) => ({ value: one, label: t.builder.anniversaries[one] }))}
        onChange={(next) => set(path, blankAnniversary(next as AnniversaryKind))}
      />
      {typeof value === 'object' && 'next' in value && (
        <DurationField
          label={t.builder.value}
          value={value.next}
          path={[...path, 'next']}
          units={['days', 'weeks']}
        />
      )}
      {typeof value === 'object' && 'last' in value && (
        <DurationField
          label={t.builder.value}
          value={value.last}
          path={[...path, 'last']}
          units={['days', 'weeks']}
        />
      )}
      {typeof value === 'object' && 'month' in value && value.day !== undefined && (
        <NumberField
          label={t.builder.day}
          value={value.day}
          min={1}
          max={31}
          whole
          width={50}
          onChange={(day) => set([...path, 'day'], day, true)}
        />
      )}
      {typeof value === 'object' && 'month' in value && (
        <Pick
          label={t.builder.month}
          value={String(value.month)}
          options={months}
          onChange={(month) => set([...path, 'month'], Number(month))}
        />
      )}
      {typeof value === 'object' && 'weekday' in value && (
        <Pick
          label={t.builder.weekday}
          value={value.weekday}
          options={t.builder.weekdays.map((one) => ({ value: one, label: one }))}
          onChange={(weekday) => set([...path, 'weekday'], weekday)}
        />
      )}
    </span>
  );
}
