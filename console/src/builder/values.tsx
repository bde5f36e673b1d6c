// The right side of a comparison, by the attribute's type: with real values to choose from.
import { ActionIcon, Autocomplete, Menu, TagsInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowsLeftRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '../texts';
import {
  attributeAt,
  attributesFor,
  isClockless,
  isNumeric,
  isTime,
  type Reached,
  withChosen,
} from './catalog';
import { useBuilder } from './context';
import type { Path } from './edit';
import { DurationField, Find, NumberField, Pick, TextField, Word } from './fields';
import type { Anniversary, Circle, MoreThan, Operand, Scalar, Subject, Value, Window } from './model';
import { AnniversaryField, isDay, MoreThanField, WindowField } from './times';

type Place = { attribute: Reached; subject: Subject; path: Path };

export function ValueField(props: Place & { op: string; value: Value | undefined }) {
  const { attribute, op, value, path } = props;
  const days = attribute.type === 'date';
  const fixed = isClockless(props.subject);
  switch (op) {
    case 'is_present':
    case 'is_missing':
      return null;
    case 'within':
      return (
        <WindowField
          value={value as Window}
          path={path}
          future
          fixed={fixed}
          days={days}
          label={t.builder.window}
        />
      );
    case 'more_than':
      return <MoreThanField value={value as MoreThan} path={path} days={days} />;
    case 'anniversary':
      return <AnniversaryField value={value as Anniversary} path={path} fixed={fixed} />;
    case 'within_km':
      return <CircleField value={value as Circle} path={path} />;
    case 'between':
    case 'not_between': {
      const [low, high] = value as [Operand, Operand];
      return (
        <span className="b-flow">
          <OperandField {...props} value={low} path={[...path, 0]} label={t.builder.from} />
          <Word>{t.builder.and}</Word>
          <OperandField {...props} value={high} path={[...path, 1]} label={t.builder.to} />
        </span>
      );
    }
    case 'in':
    case 'not_in':
    case 'has_any':
    case 'has_all':
    case 'has_none':
      return <SeveralField {...props} values={(value ?? []) as Scalar[]} />;
    default:
      if (attribute.type === 'choices') return <SeveralField {...props} values={(value ?? []) as Scalar[]} />;
      return <OperandField {...props} value={value as Operand} label={t.builder.value} />;
  }
}

type OperandKind = keyof typeof t.builder.operands;

function operandKind(value: Operand): OperandKind {
  if (typeof value !== 'object') return 'literal';
  if ('attribute' in value) return 'attribute';
  if ('member' in value) return 'member';
  return 'today' in value ? 'today' : 'now';
}

function operandKinds(type: Reached['type'], subject: Subject): OperandKind[] {
  const inside = subject.of === 'interaction';
  const kinds: OperandKind[] = ['literal', 'attribute'];
  if (inside) kinds.push('member');
  if (isTime(type) && !inside && subject.of !== 'held') kinds.push('today', 'now');
  return kinds;
}

function blankOperand(kind: OperandKind, attribute: Reached): Operand {
  switch (kind) {
    case 'literal':
      return isNumeric(attribute.type) ? 0 : attribute.type === 'boolean' ? true : '';
    case 'attribute':
      return { attribute: '' };
    case 'member':
      return { member: '' };
    case 'today':
      return { today: true };
    case 'now':
      return { now: true };
  }
}

function OperandField(props: Place & { value: Operand; label: string }) {
  const { set, disabled } = useBuilder();
  const { attribute, subject, value, path } = props;
  const kind = operandKind(value);
  const kinds = operandKinds(attribute.type, subject);
  return (
    <span className="b-flow b-tight">
      {kind === 'literal' ? (
        <LiteralField {...props} value={value as Scalar} />
      ) : (
        <ReferredField {...props} kind={kind} value={value as Exclude<Operand, Scalar>} />
      )}
      {kinds.length > 1 && !disabled && (
        <Menu>
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`${t.builder.compareWith}: ${t.builder.operands[kind]}`}
            >
              <IconArrowsLeftRight size={14} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t.builder.compareWith}</Menu.Label>
            {kinds.map((one) => (
              <Menu.Item key={one} onClick={() => set(path, blankOperand(one, attribute))}>
                {t.builder.operands[one]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </span>
  );
}

function ReferredField(props: Place & { kind: OperandKind; value: Exclude<Operand, Scalar> }) {
  const { catalog, set } = useBuilder();
  const { attribute, subject, value, path, kind } = props;
  const comparable = (one: Reached) =>
    one.type === attribute.type ||
    (isNumeric(one.type) && isNumeric(attribute.type)) ||
    (isTime(one.type) && isTime(attribute.type));
  const owner: Subject =
    kind === 'member' && subject.of === 'interaction' ? { of: 'member', entity: subject.audience } : subject;
  const named = 'attribute' in value ? value.attribute : 'member' in value ? value.member : '';
  const plus = value.plus;
  const isDuration = typeof plus === 'object' || isTime(attribute.type);
  return (
    <>
      {(kind === 'attribute' || kind === 'member') && (
        <Find
          label={t.builder.operands[kind]}
          value={named}
          options={withChosen(
            attributesFor(catalog, owner).filter(
              (one) => comparable(one) && !(owner === subject && one.path === attribute.path),
            ),
            attributeAt(catalog, owner, named),
          ).map((one) => ({ value: one.path, label: one.path }))}
          onChange={(next) => set([...path, kind], next)}
        />
      )}
      {(kind === 'today' || kind === 'now') && <Word>{t.builder.operands[kind]}</Word>}
      {(isDuration || isNumeric(attribute.type)) &&
        (plus === undefined ? (
          <button
            type="button"
            className="b-add"
            onClick={() => set([...path, 'plus'], isDuration ? { days: 30 } : 1)}
          >
            {t.builder.plus}
          </button>
        ) : (
          <>
            <Word>{t.builder.plus}</Word>
            {typeof plus === 'object' ? (
              <DurationField
                label={`${t.builder.plusAmount}. ${t.builder.minus}`}
                value={plus}
                path={[...path, 'plus']}
                days={attribute.type === 'date'}
                negative
              />
            ) : (
              <NumberField
                label={t.builder.plusAmount}
                value={plus}
                onChange={(next) => set([...path, 'plus'], next, true)}
              />
            )}
            <button type="button" className="b-add" onClick={() => set([...path, 'plus'], undefined)}>
              ×<span className="visually-hidden"> {t.builder.remove}</span>
            </button>
          </>
        ))}
    </>
  );
}

function LiteralField(props: Place & { value: Scalar; label: string }) {
  const { set, disabled } = useBuilder();
  const { attribute, value, path, label } = props;
  switch (attribute.type) {
    case 'boolean':
      return (
        <Pick
          label={label}
          value={String(value)}
          options={[
            { value: 'true', label: t.builder.yes },
            { value: 'false', label: t.builder.no },
          ]}
          onChange={(next) => set(path, next === 'true')}
        />
      );
    case 'integer':
    case 'number':
    case 'decimal':
      return (
        <NumberField
          label={label}
          value={value as number}
          whole={attribute.type === 'integer'}
          width={100}
          onChange={(next) => set(path, next, true)}
        />
      );
    case 'choice':
      return (
        <Find
          label={label}
          value={String(value)}
          options={(attribute.options ?? []).map((one) => ({ value: one, label: one }))}
          onChange={(next) => set(path, next)}
          width={150}
        />
      );
    case 'date':
    case 'timestamp':
      return (
        <TextField
          label={label}
          value={String(value)}
          width={isDay(String(value)) ? 140 : 210}
          placeholder={t.builder.dateFormat}
          type={isDay(String(value)) ? 'date' : undefined}
          onChange={(next) => set(path, next, true)}
        />
      );
    default:
      return (
        <RealValue
          attribute={attribute}
          value={String(value)}
          label={label}
          disabled={disabled}
          path={path}
        />
      );
  }
}

/** Values that occur, most frequent first, by the beginning that has been typed. */
function useValues(attribute: Reached, typed: string, wanted: boolean) {
  const { values } = useBuilder();
  const [prefix] = useDebouncedValue(typed, 120);
  const { data } = useQuery({
    queryKey: ['values', attribute.ownerKind, attribute.owner, attribute.name, prefix],
    queryFn: ({ signal }) => values(attribute, prefix, signal),
    enabled: wanted && attribute.ownerKind !== 'built-in',
    staleTime: 60_000,
    placeholderData: (previous) => previous,
  });
  return data ?? [];
}

function RealValue(props: {
  attribute: Reached;
  value: string;
  label: string;
  disabled: boolean;
  path: Path;
}) {
  const { set } = useBuilder();
  const [open, setOpen] = useState(false);
  const found = useValues(props.attribute, props.value, open);
  const counts = new Map(found.map((one) => [one.value, one.count]));
  return (
    <Autocomplete
      size="xs"
      w={170}
      aria-label={props.label}
      placeholder={props.label}
      value={props.value}
      disabled={props.disabled}
      data={found.map((one) => one.value)}
      filter={({ options }) => options}
      onFocus={() => setOpen(true)}
      onChange={(next) => set(props.path, next, true)}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      renderOption={({ option }) => <Counted value={option.value} count={counts.get(option.value)} />}
    />
  );
}

function Counted({ value, count }: { value: string; count: number | undefined }) {
  return (
    <span className="b-counted">
      <span>{value}</span>
      {count !== undefined && <span className="muted number">{t.number(count)}</span>}
    </span>
  );
}

function SeveralField(props: Place & { values: Scalar[] }) {
  const { set, disabled } = useBuilder();
  const { attribute, values, path } = props;
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const fixed = attribute.type === 'choice' || (attribute.type === 'choices' && !!attribute.options?.length);
  const found = useValues(attribute, typed, open && !fixed);
  const data = fixed ? (attribute.options ?? []) : found.map((one) => one.value);
  const counts = new Map(found.map((one) => [one.value, one.count]));
  return (
    <TagsInput
      size="xs"
      className="b-several"
      aria-label={t.builder.values}
      placeholder={values.length === 0 ? t.builder.values : undefined}
      value={values.map(String)}
      data={data}
      disabled={disabled}
      searchValue={typed}
      onSearchChange={setTyped}
      onFocus={() => setOpen(true)}
      acceptValueOnBlur
      onChange={(next) =>
        set(path, isNumeric(attribute.type) ? next.map(Number).filter((one) => !Number.isNaN(one)) : next)
      }
      renderOption={({ option }) => <Counted value={option.value} count={counts.get(option.value)} />}
    />
  );
}

function CircleField({ value, path }: { value: Circle; path: Path }) {
  const { set } = useBuilder();
  return (
    <span className="b-flow">
      <NumberField
        label={t.builder.km}
        value={value.km}
        min={0}
        onChange={(km) => set([...path, 'km'], km, true)}
      />
      <Word>{t.builder.kmOf}</Word>
      <NumberField
        label={t.builder.latitude}
        value={value.of.latitude}
        min={-90}
        max={90}
        width={92}
        onChange={(latitude) => set([...path, 'of', 'latitude'], latitude, true)}
      />
      <NumberField
        label={t.builder.longitude}
        value={value.of.longitude}
        min={-180}
        max={180}
        width={92}
        onChange={(longitude) => set([...path, 'of', 'longitude'], longitude, true)}
      />
    </span>
  );
}
