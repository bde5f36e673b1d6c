// Small controls that the builder is made of. Each has a label that is read aloud, though none is shown.
import { NativeSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { t } from '../texts';
import { useBuilder } from './context';
import type { Path } from './edit';
import { type Duration, duration, UNITS, type Unit, unitOf } from './model';

type Option = { value: string; label: string };

/** One of a few words. */
export function Pick(props: {
  label: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
  strong?: boolean;
}) {
  const { disabled } = useBuilder();
  const options = props.options as readonly Option[];
  // What is none of them is shown as it is, rather than as the first of them.
  const known = options.some((one) => one.value === props.value);
  return (
    <NativeSelect
      error={!known}
      className={props.strong ? 'b-pick b-strong' : 'b-pick'}
      size="xs"
      aria-label={props.label}
      value={props.value}
      disabled={disabled}
      data={known ? [...options] : [{ value: props.value, label: props.value }, ...options]}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

/** One of many names, found by typing. */
export function Find(props: {
  label: string;
  value: string;
  options: { group: string; items: Option[] }[] | Option[];
  onChange: (value: string) => void;
  width?: number;
  empty?: string;
  invalid?: boolean;
}) {
  const { disabled } = useBuilder();
  const flat = props.options.flatMap((one) => ('items' in one ? one.items : [one]));
  const known = props.value === '' || flat.some((one) => one.value === props.value);
  const data = known ? props.options : [{ value: props.value, label: props.value }, ...flat];
  return (
    <Select
      size="xs"
      w={props.width ?? 190}
      aria-label={props.label}
      placeholder={props.label}
      value={props.value || null}
      data={data as Option[]}
      disabled={disabled}
      searchable
      selectFirstOptionOnChange
      limit={300}
      maxDropdownHeight={320}
      allowDeselect={false}
      error={props.invalid || !known}
      nothingFoundMessage={props.empty ?? t.builder.nothingFound}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      onChange={(value) => value !== null && props.onChange(value)}
    />
  );
}

export function NumberField(props: {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min?: number;
  max?: number;
  whole?: boolean;
  width?: number;
}) {
  const { disabled } = useBuilder();
  return (
    <NumberInput
      size="xs"
      w={props.width ?? 76}
      aria-label={props.label}
      value={props.value}
      min={props.min}
      max={props.max}
      allowDecimal={!props.whole}
      hideControls
      disabled={disabled}
      onChange={(value) => typeof value === 'number' && props.onChange(value)}
    />
  );
}

export function TextField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  width?: number;
  placeholder?: string;
  type?: string;
}) {
  const { disabled } = useBuilder();
  return (
    <TextInput
      size="xs"
      w={props.width ?? 150}
      aria-label={props.label}
      type={props.type}
      step={props.type === 'datetime-local' ? 1 : undefined}
      placeholder={props.placeholder}
      value={props.value}
      disabled={disabled}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

const ALL_UNITS = UNITS.map((unit) => ({ value: unit, label: t.builder.units[unit] }));
const DAY_UNITS = ALL_UNITS.filter(({ value }) => !['seconds', 'minutes', 'hours'].includes(value));

export function DurationField(props: {
  label: string;
  value: Duration;
  path: Path;
  days?: boolean;
  units?: readonly Unit[];
  negative?: boolean;
}) {
  const { set } = useBuilder();
  const { unit, amount } = unitOf(props.value);
  const all = props.days ? DAY_UNITS : ALL_UNITS;
  const offered = props.units ? all.filter((one) => props.units?.includes(one.value)) : all;
  const options = ALL_UNITS.filter((one) => one.value === unit || offered.includes(one));
  return (
    <span className="b-joined">
      <NumberField
        label={`${props.label}: ${t.builder.amount}`}
        value={amount}
        whole
        width={56}
        min={props.negative ? undefined : 1}
        onChange={(next) => set(props.path, duration(next, unit), true)}
      />
      <Pick
        label={`${props.label}: ${t.builder.unit}`}
        value={unit}
        options={options}
        onChange={(next) => set(props.path, duration(amount, next as Unit))}
      />
    </span>
  );
}

export function Word({ children }: { children: string }) {
  return <span className="b-word">{children}</span>;
}
