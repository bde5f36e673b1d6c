// How each kind of condition is edited: as a sentence with controls in it.
import { Checkbox, MultiSelect, TagsInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { t } from '../texts';
import { blankValue, comparison } from './blank';
import {
  attributeAt,
  attributesFor,
  entityBehind,
  isAudience,
  operatorsFor,
  type Reached,
  readable,
  relationsOf,
  typesFor,
} from './catalog';
import { useBuilder } from './context';
import type { Path } from './edit';
import { DurationField, Find, NumberField, Pick, TextField, Word } from './fields';
import { Group } from './group';
import { MeasureDetails, MeasureField, measureKind } from './measures';
import {
  bare,
  type Compare,
  type Condition,
  type Consent,
  type Crossed,
  type Did,
  type Held,
  type InList,
  type InSegment,
  kindOf,
  listOfTypes,
  type Measure,
  type Occurrence,
  type Related,
  type Sample,
  type Sequence,
  type Step,
  type Subject,
  type Top,
  type Types,
  typesOf,
} from './model';
import { WindowField } from './times';
import { ValueField } from './values';

type Part<T> = { value: T; path: Path; subject: Subject };

/** The controls of one condition that is no group; `path` is of the condition with its `not`. */
export function ConditionFields({ value, path, subject }: Part<Condition>) {
  const { set } = useBuilder();
  const { negated, inner } = bare(value);
  const depth = negatedDepth(value);
  const inside = [...path, ...Array.from({ length: depth }, () => 'not')];
  const kind = kindOf(value);
  const verbs = t.builder.verbs[kind];
  const verb =
    verbs && (kind !== 'attribute' || negated) ? (
      <Pick
        label={t.builder.verb}
        value={negated ? 'not' : 'so'}
        strong
        options={[
          { value: 'so', label: verbs[0] || t.builder.ops.is || 'is' },
          { value: 'not', label: verbs[1] },
        ]}
        onChange={(next) => set(path, next === 'not' ? { not: inner } : inner)}
      />
    ) : null;
  const part = { path: inside, subject };
  switch (kind) {
    case 'attribute':
      return (
        <Flow>
          {verb}
          <AttributeFields {...part} value={inner as Compare} />
        </Flow>
      );
    case 'did':
      return <DidFields {...part} value={inner as Did} verb={verb} />;
    case 'related':
      return <RelatedFields {...part} value={inner as Related} verb={verb} />;
    case 'occurrence':
      return <OccurrenceFields {...part} value={inner as Occurrence} verb={verb} />;
    case 'sequence':
      return <SequenceFields {...part} value={inner as Sequence} verb={verb} />;
    case 'held':
      return <HeldFields {...part} value={inner as Held} negated={negated} outer={path} />;
    case 'segment':
      return <SegmentFields {...part} value={inner as InSegment} verb={verb} />;
    case 'list':
      return <ListFields {...part} value={inner as InList} verb={verb} />;
    case 'crossed':
      return <CrossedFields {...part} value={inner as Crossed} verb={verb} />;
    case 'consent':
      return <ConsentFields {...part} value={inner as Consent} verb={verb} />;
    case 'top':
      return <TopFields {...part} value={inner as Top} verb={verb} />;
    case 'sample':
      return <SampleFields {...part} value={inner as Sample} verb={verb} />;
    case 'group':
      return null;
  }
}

function negatedDepth(condition: Condition): number {
  let depth = 0;
  for (let node = condition; 'not' in node; node = node.not) depth += 1;
  return depth;
}

function Flow({ children }: { children: ReactNode }) {
  return <div className="b-flow">{children}</div>;
}

function Add({ onClick, children }: { onClick: () => void; children: string }) {
  const { disabled } = useBuilder();
  if (disabled) return null;
  return (
    <button type="button" className="b-add" onClick={onClick}>
      <IconPlus size={12} aria-hidden /> {children}
    </button>
  );
}

function Drop({ onClick, label }: { onClick: () => void; label: string }) {
  const { disabled } = useBuilder();
  if (disabled) return null;
  return (
    <button type="button" className="b-add" onClick={onClick} aria-label={label} title={label}>
      <IconX size={12} aria-hidden />
    </button>
  );
}

const entityOf = (subject: Subject) => (subject.of === 'interaction' ? subject.audience : subject.entity);

// Attributes

export function attributeOptions(attributes: Reached[]) {
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const one of attributes) {
    const behind = one.path.length > one.name.length ? one.path.slice(0, -one.name.length - 1) : '';
    const group = behind === '' ? readable(one.owner || t.builder.attribute) : readable(behind);
    groups.set(group, [...(groups.get(group) ?? []), { value: one.path, label: one.path }]);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}

function AttributeFields({ value, path, subject }: Part<Compare>) {
  const { catalog, set, disabled } = useBuilder();
  const attribute = attributeAt(catalog, subject, value.attribute);
  const chooseAttribute = (next: string) => {
    const chosen = attributeAt(catalog, subject, next);
    if (!chosen) return;
    const fresh = comparison(chosen, subject) as Compare;
    const sameType = attribute?.type === chosen.type && chosen.type !== 'choice';
    set(path, sameType ? { ...value, attribute: next } : fresh);
  };
  const chooseOperator = (op: string) => {
    if (!attribute) return;
    const keeps = shapeOf(op) === shapeOf(value.op);
    const next: Compare = { attribute: value.attribute, op };
    const list = shapeOf(op) === 'list';
    const kept =
      list && typeof value.value !== 'object' && value.value !== undefined && value.value !== ''
        ? [value.value]
        : undefined;
    const filled = keeps ? value.value : (kept ?? blankValue(attribute, op));
    if (filled !== undefined) next.value = filled;
    if (value.case && attribute.type === 'text') next.case = value.case;
    set(path, next);
  };
  return (
    <>
      <Find
        label={t.builder.attribute}
        value={value.attribute}
        options={attributeOptions(attributesFor(catalog, subject))}
        onChange={chooseAttribute}
        invalid={!attribute}
      />
      {attribute && (
        <>
          <Pick
            label={t.builder.operator}
            value={value.op}
            options={operatorsFor(attribute.type, subject).map((op) => ({
              value: op,
              label:
                (['date', 'timestamp'].includes(attribute.type) && t.builder.timeOps[op]) ||
                t.builder.ops[op] ||
                op,
            }))}
            onChange={chooseOperator}
          />
          <ValueField
            attribute={attribute}
            subject={subject}
            op={value.op}
            value={value.value}
            path={[...path, 'value']}
          />
          {attribute.type === 'text' && shapeOf(value.op) !== 'none' && (
            <Checkbox
              size="xs"
              label={t.builder.exact}
              checked={value.case === 'exact'}
              disabled={disabled}
              onChange={(event) => set([...path, 'case'], event.currentTarget.checked ? 'exact' : undefined)}
            />
          )}
        </>
      )}
    </>
  );
}

function shapeOf(op: string): string {
  if (op === 'is_present' || op === 'is_missing') return 'none';
  if (['in', 'not_in', 'has_any', 'has_all', 'has_none'].includes(op)) return 'list';
  if (op === 'between' || op === 'not_between') return 'range';
  if (['within', 'more_than', 'anniversary', 'within_km'].includes(op)) return op;
  return 'one';
}

// Interactions

function TypesField(props: { value: Types; path: Path; entity: string; single?: boolean }) {
  const { catalog, set, disabled } = useBuilder();
  const chosen = listOfTypes(props.value).filter((one) => one !== '');
  const known = typesFor(catalog, props.entity).map((type) => type.name);
  return (
    <TagsInput
      size="xs"
      className="b-types"
      aria-label={t.builder.types}
      placeholder={chosen.length === 0 ? t.builder.types : undefined}
      title={t.builder.typesHelp}
      value={chosen}
      data={known}
      disabled={disabled}
      acceptValueOnBlur
      onChange={(next) => set(props.path, typesOf(next.length === 0 ? [''] : next))}
    />
  );
}

function Where(props: {
  value: Condition | undefined;
  path: Path;
  subject: Subject;
  title: string;
  required?: boolean;
}) {
  const { set } = useBuilder();
  if (props.value === undefined)
    return <Add onClick={() => set(props.path, { all: [] })}>{t.builder.addWhere}</Add>;
  return (
    <div className="b-nested">
      <div className="b-nested-title">
        <span>{props.title}</span>
        {!props.required && (
          <Drop
            onClick={() => set(props.path, undefined)}
            label={`${t.builder.removeWhere}: ${props.title}`}
          />
        )}
      </div>
      <Group value={props.value} path={props.path} subject={props.subject} title={props.title} />
    </div>
  );
}

function interactionSubject(types: Types, audience: string): Subject {
  return { of: 'interaction', types: listOfTypes(types), audience };
}

function DidFields({ value, path, subject, verb }: Part<Did> & { verb: ReactNode }) {
  const { catalog, set } = useBuilder();
  const entity = entityOf(subject);
  const behind = value.of ? (entityBehind(catalog, entity, value.of) ?? entity) : entity;
  const inner = interactionSubject(value.did, behind);
  const audiences = relationsOf(catalog, entity).filter((one) => isAudience(catalog, one.to));
  const plain = measureKind(value.measure) === 'count' && value.is === undefined;
  const periods = measureKind(value.measure) === 'active_periods';
  return (
    <>
      <Flow>
        {verb}
        <TypesField value={value.did} path={[...path, 'did']} entity={behind} />
        {plain ? (
          <Add onClick={() => set([...path, 'is'], { op: '>=', value: 2 })}>{t.builder.addMeasure}</Add>
        ) : (
          <>
            <MeasureField measure={value.measure} is={value.is} path={path} subject={inner} />
            <Drop
              onClick={() => set(path, { ...value, measure: undefined, is: undefined })}
              label={`${t.builder.remove}: ${t.builder.measure}`}
            />
          </>
        )}
        {!periods && (
          <WindowField value={value.during} path={[...path, 'during']} optional label={t.builder.during} />
        )}
        {value.of !== undefined && (
          <span className="b-flow b-tight">
            <Word>{t.builder.of}</Word>
            <Pick
              label={t.builder.ofPath}
              value={value.of ?? ''}
              options={[
                { value: '', label: t.builder.ofSelf },
                ...audiences.map((one) => ({ value: one.path, label: t.builder.anyOf(readable(one.path)) })),
              ]}
              onChange={(next) => set([...path, 'of'], next || undefined)}
            />
          </span>
        )}
        {value.of === undefined && audiences.length > 0 && (
          <Add onClick={() => set([...path, 'of'], audiences[0]?.path)}>{t.builder.addOf}</Add>
        )}
      </Flow>
      <Where value={value.where} path={[...path, 'where']} subject={inner} title={t.builder.where} />
    </>
  );
}

function RelatedFields({ value, path, subject, verb }: Part<Related> & { verb: ReactNode }) {
  const { catalog, set } = useBuilder();
  const entity = entityOf(subject);
  const behind = entityBehind(catalog, entity, value.related) ?? entity;
  const inner: Subject = { of: 'record', entity: behind };
  const relations = relationsOf(catalog, entity);
  return (
    <>
      <Flow>
        {verb}
        <Find
          label={t.builder.relation}
          value={value.related}
          options={relations.map((one) => ({ value: one.path, label: readable(one.path) }))}
          onChange={(next) => set(path, { related: next, where: { all: [] } })}
        />
        <MeasureField measure={value.measure} is={value.is} path={path} subject={inner} records />
      </Flow>
      <Where
        value={value.where}
        path={[...path, 'where']}
        subject={inner}
        title={t.builder.whereOf(readable(value.related))}
        required
      />
    </>
  );
}

function OccurrenceFields({ value, path, subject, verb }: Part<Occurrence> & { verb: ReactNode }) {
  const { set } = useBuilder();
  const which = 'latest' in value ? 'latest' : 'first';
  const types = 'latest' in value ? value.latest : value.first;
  const inner = interactionSubject(types, entityOf(subject));
  const rename = (next: string) => {
    const { has, where, during } = value;
    set(path, { [next]: types, where, during, has });
  };
  return (
    <>
      <Flow>
        {verb}
        <Pick
          label={t.builder.which}
          value={which}
          options={[
            { value: 'latest', label: t.builder.latest },
            { value: 'first', label: t.builder.first },
          ]}
          onChange={rename}
        />
        <TypesField value={types} path={[...path, which]} entity={entityOf(subject)} />
        <WindowField value={value.during} path={[...path, 'during']} optional label={t.builder.during} />
      </Flow>
      <Where value={value.where} path={[...path, 'where']} subject={inner} title={t.builder.where} />
      <Where value={value.has} path={[...path, 'has']} subject={inner} title={t.builder.has} required />
    </>
  );
}

function SequenceFields({ value, path, subject, verb }: Part<Sequence> & { verb: ReactNode }) {
  const { catalog, set, disabled } = useBuilder();
  const entity = entityOf(subject);
  const all = value.sequence.flatMap((step) => listOfTypes('did' in step ? step.did : step.not_did.did));
  const shared = attributesFor(catalog, interactionSubject(all, entity)).filter(
    (one) => one.ownerKind === 'interaction',
  );
  return (
    <>
      <Flow>
        {verb}
        <WindowField value={value.during} path={[...path, 'during']} optional label={t.builder.during} />
        {(!disabled || value.same) && (
          <>
            <Word>{t.builder.same}</Word>
            <MultiSelect
              disabled={disabled}
              size="xs"
              className="b-several"
              aria-label={t.builder.sameHelp}
              placeholder={value.same?.length ? undefined : '–'}
              value={value.same ?? []}
              data={shared.map((one) => one.path)}
              onChange={(next) => set([...path, 'same'], next.length ? next : undefined)}
            />
          </>
        )}
      </Flow>
      <ol className="b-steps" aria-label={t.builder.steps}>
        {value.sequence.map((step, i) => (
          <StepFields
            key={i}
            step={step}
            index={i}
            isLast={i === value.sequence.length - 1}
            count={value.sequence.length}
            path={[...path, 'sequence', i]}
            entity={entity}
            onRemove={() => {
              const rest = value.sequence.filter((_, other) => other !== i);
              const [first, ...others] = rest;
              // The first step stands after nothing.
              const begun = first && 'did' in first ? { did: first.did, where: first.where } : first;
              set([...path, 'sequence'], [begun, ...others]);
            }}
          />
        ))}
      </ol>
      {'did' in (value.sequence.at(-1) ?? {}) && (
        <Add
          onClick={() =>
            set(
              [...path, 'sequence'],
              [...value.sequence, { did: typesFor(catalog, entity)[0]?.name ?? '', within: { days: 7 } }],
            )
          }
        >
          {t.builder.addStep}
        </Add>
      )}
    </>
  );
}

function StepFields(props: {
  step: Step;
  index: number;
  isLast: boolean;
  count: number;
  path: Path;
  entity: string;
  onRemove: () => void;
}) {
  const { catalog, set } = useBuilder();
  const { step, index, path, entity } = props;
  const absent = !('did' in step);
  const types = absent ? step.not_did.did : step.did;
  const where = absent ? step.not_did.where : step.where;
  const blocker = absent ? undefined : step.not_did;
  const typesPath = absent ? [...path, 'not_did', 'did'] : [...path, 'did'];
  const wherePath = absent ? [...path, 'not_did', 'where'] : [...path, 'where'];
  return (
    <li className="b-step">
      <Flow>
        {index > 0 &&
          (props.isLast && props.count > 1 ? (
            <Pick
              label={`${t.builder.step(index + 1)}: ${t.builder.stepKind}`}
              value={absent ? 'not' : 'so'}
              strong
              options={[
                { value: 'so', label: t.builder.thenSo },
                { value: 'not', label: t.builder.thenNot },
              ]}
              onChange={(next) =>
                set(
                  path,
                  next === 'not'
                    ? { not_did: { did: types, where }, within: step.within ?? { days: 2 } }
                    : { did: types, where, within: step.within },
                )
              }
            />
          ) : (
            <Word>{t.builder.thenSo}</Word>
          ))}
        <TypesField value={types} path={typesPath} entity={entity} />
        {index > 0 && (
          <>
            {step.within ? (
              <>
                <Word>{t.builder.within}</Word>
                <DurationField label={t.builder.within_} value={step.within} path={[...path, 'within']} />
                {!absent && (
                  <Drop
                    onClick={() => set([...path, 'within'], undefined)}
                    label={`${t.builder.remove}: ${t.builder.within_}`}
                  />
                )}
              </>
            ) : (
              <Add onClick={() => set([...path, 'within'], { days: 7 })}>{t.builder.within_}</Add>
            )}
            {!absent &&
              (blocker ? (
                <>
                  <Word>{t.builder.without}</Word>
                  <TypesField value={blocker.did} path={[...path, 'not_did', 'did']} entity={entity} />
                  <Drop
                    onClick={() => set([...path, 'not_did'], undefined)}
                    label={`${t.builder.remove}: ${t.builder.without}`}
                  />
                </>
              ) : (
                <Add
                  onClick={() => set([...path, 'not_did'], { did: typesFor(catalog, entity)[0]?.name ?? '' })}
                >
                  {t.builder.addWithout}
                </Add>
              ))}
          </>
        )}
        {props.count > 2 && <Drop onClick={props.onRemove} label={t.builder.removeStep(index + 1)} />}
      </Flow>
      <Where
        value={where}
        path={wherePath}
        subject={interactionSubject(types, entity)}
        title={t.builder.where}
      />
      {blocker && (
        <Where
          value={blocker.where}
          path={[...path, 'not_did', 'where']}
          subject={interactionSubject(blocker.did, entity)}
          title={`${t.builder.without} … ${t.builder.where}`}
        />
      )}
    </li>
  );
}

// Time

function HeldFields({
  value,
  path,
  subject,
  negated,
  outer,
}: Part<Held> & { negated: boolean; outer: Path }) {
  const { set } = useBuilder();
  return (
    <>
      <div className="b-nested">
        <div className="b-nested-title">
          <span>{t.builder.heldTitle}</span>
        </div>
        <Group
          value={value.held}
          path={[...path, 'held']}
          subject={{ of: 'held', entity: entityOf(subject) }}
          title={t.builder.heldTitle}
        />
      </div>
      <Flow>
        <Pick
          label={t.builder.verb}
          value={negated ? 'not' : 'so'}
          strong
          options={[
            { value: 'so', label: t.builder.heldFor },
            { value: 'not', label: `not: ${t.builder.heldFor}` },
          ]}
          onChange={(next) => set(outer, next === 'not' ? { not: value } : value)}
        />
        <Pick
          label={t.builder.heldOp}
          value={value.for.op}
          options={Object.entries(t.builder.heldOps).map(([op, label]) => ({ value: op, label }))}
          onChange={(op) => set([...path, 'for', 'op'], op)}
        />
        <DurationField label={t.builder.heldFor} value={value.for.value} path={[...path, 'for', 'value']} />
      </Flow>
    </>
  );
}

// Segments, lists, consent

function SegmentFields({ value, path, verb }: Part<InSegment> & { verb: ReactNode }) {
  const { names, set } = useBuilder();
  return (
    <Flow>
      {verb}
      <Find
        label={t.builder.segment}
        value={value.segment}
        width={240}
        options={names.segments.map((one) => ({ value: one, label: one }))}
        empty={t.builder.noSegments}
        onChange={(next) => set([...path, 'segment'], next)}
      />
    </Flow>
  );
}

function ListFields({ value, path, verb }: Part<InList> & { verb: ReactNode }) {
  const { names, set } = useBuilder();
  return (
    <Flow>
      {verb}
      <Find
        label={t.builder.list}
        value={value.list}
        width={240}
        options={names.lists.map((one) => ({ value: one, label: one }))}
        empty={t.builder.noLists}
        onChange={(next) => set([...path, 'list'], next)}
      />
    </Flow>
  );
}

function CrossedFields({ value, path, verb }: Part<Crossed> & { verb: ReactNode }) {
  const { names, set } = useBuilder();
  const direction = 'entered' in value ? 'entered' : 'left';
  const segment = 'entered' in value ? value.entered : value.left;
  return (
    <Flow>
      {verb}
      <Pick
        label={t.builder.direction2}
        value={direction}
        options={[
          { value: 'entered', label: t.builder.entered },
          { value: 'left', label: t.builder.left },
        ]}
        onChange={(next) => set(path, { [next]: segment, during: value.during })}
      />
      <Find
        label={t.builder.segment}
        value={segment}
        width={220}
        options={names.segments.map((one) => ({ value: one, label: one }))}
        empty={t.builder.noSegments}
        onChange={(next) => set([...path, direction], next)}
      />
      <WindowField value={value.during} path={[...path, 'during']} optional label={t.builder.during} />
    </Flow>
  );
}

function ConsentFields({ value, path, verb }: Part<Consent> & { verb: ReactNode }) {
  const { names, set } = useBuilder();
  const topics = names.topics.includes(value.consent) ? names.topics : [value.consent, ...names.topics];
  const states = Object.entries(t.builder.consentStates);
  return (
    <Flow>
      {verb}
      {names.topics.length > 0 ? (
        <Find
          label={t.builder.topic}
          value={value.consent}
          width={150}
          options={topics.map((one) => ({ value: one, label: one }))}
          onChange={(next) => set([...path, 'consent'], next)}
        />
      ) : (
        <TextField
          label={t.builder.topic}
          value={value.consent}
          onChange={(next) => set([...path, 'consent'], next, true)}
        />
      )}
      <Pick
        label={t.builder.consentState}
        value={value.is}
        options={states.map(([state, label]) => ({ value: state, label }))}
        onChange={(next) => set([...path, 'is'], next)}
      />
    </Flow>
  );
}

// Rankings and samples

function TopFields({ value, path, subject, verb }: Part<Top> & { verb: ReactNode }) {
  const { catalog, set } = useBuilder();
  const entity = entityOf(subject);
  const percent = 'percent' in value.top;
  const amount = 'percent' in value.top ? value.top.percent : value.top.count;
  const byAttribute = typeof value.by === 'object' && 'attribute' in value.by;
  const types = value.did ?? typesFor(catalog, entity)[0]?.name ?? '';
  const inner = interactionSubject(types, entity);
  const measures = [
    'count',
    'sum',
    'average',
    'minimum',
    'maximum',
    'count_distinct',
    'count_days',
    'first_time',
    'latest_time',
  ] as const;
  const chooseBy = (next: string) => {
    if (next === 'attribute') {
      const first = attributesFor(catalog, { of: 'member', entity }).find((one) =>
        ['integer', 'number', 'decimal', 'date', 'timestamp'].includes(one.type),
      );
      const { did: _did, where: _where, during: _during, ...rest } = value;
      set(path, { ...rest, by: { attribute: first?.path ?? '' } });
      return;
    }
    const plain = ['count', 'first_time', 'latest_time'].includes(next);
    const numeric = attributesFor(catalog, inner).find(
      (one) => ['integer', 'number', 'decimal'].includes(one.type) && one.ownerKind !== 'built-in',
    );
    const by = plain ? next : next === 'count_days' ? { count_days: true } : { [next]: numeric?.path ?? '' };
    set(path, { ...value, by, did: types });
  };
  return (
    <>
      <Flow>
        {verb}
        <Pick
          label={t.builder.topEnd}
          value={value.order ?? 'highest'}
          options={[
            { value: 'highest', label: t.builder.highest },
            { value: 'lowest', label: t.builder.lowest },
          ]}
          onChange={(next) => set([...path, 'order'], next === 'lowest' ? 'lowest' : undefined)}
        />
        <NumberField
          label={t.builder.topHow}
          value={amount}
          min={0}
          max={percent ? 100 : undefined}
          whole={!percent}
          onChange={(next) => set([...path, 'top'], percent ? { percent: next } : { count: next }, true)}
        />
        <Pick
          label={t.builder.topUnit}
          value={percent ? 'percent' : 'count'}
          options={[
            { value: 'percent', label: t.builder.topKinds.percent },
            { value: 'count', label: t.builder.topKinds.count },
          ]}
          onChange={(next) => set([...path, 'top'], next === 'percent' ? { percent: 10 } : { count: 100 })}
        />
        <Word>{value.among ? t.builder.among : t.builder.everyone}</Word>
        <Word>{t.builder.by}</Word>
        <Pick
          label={t.builder.measure}
          value={byAttribute ? 'attribute' : measureKind(value.by as Measure)}
          options={[
            ...measures.map((one) => ({ value: one, label: t.builder.measures[one] })),
            { value: 'attribute', label: t.builder.byAttribute },
          ]}
          onChange={chooseBy}
        />
        {byAttribute ? (
          <Find
            label={t.builder.attribute}
            value={(value.by as { attribute: string }).attribute}
            options={attributeOptions(attributesFor(catalog, { of: 'member', entity }))}
            onChange={(next) => set([...path, 'by'], { attribute: next })}
          />
        ) : (
          <>
            <MeasureDetails measure={value.by as Measure} path={[...path, 'by']} subject={inner} />
            <TypesField value={types} path={[...path, 'did']} entity={entity} />
            <WindowField value={value.during} path={[...path, 'during']} optional label={t.builder.during} />
          </>
        )}
      </Flow>
      {!byAttribute && (
        <Where value={value.where} path={[...path, 'where']} subject={inner} title={t.builder.where} />
      )}
      {value.among === undefined ? (
        <Add onClick={() => set([...path, 'among'], { all: [] })}>{t.builder.addAmong}</Add>
      ) : (
        <Where
          value={value.among}
          path={[...path, 'among']}
          subject={{ of: 'member', entity }}
          title={t.builder.amongTitle}
        />
      )}
    </>
  );
}

function SampleFields({ value, path, verb }: Part<Sample> & { verb: ReactNode }) {
  const { set } = useBuilder();
  const sample = value.sample;
  return (
    <Flow>
      {verb}
      <NumberField
        label={t.builder.percentSample}
        value={sample.percent}
        min={0}
        max={100}
        onChange={(next) => set([...path, 'sample', 'percent'], next, true)}
      />
      <Word>{t.builder.sampleOf}</Word>
      <NumberField
        label={t.builder.sampleFrom}
        value={sample.from ?? 0}
        min={0}
        max={100}
        width={56}
        onChange={(next) => set([...path, 'sample', 'from'], next, true)}
      />
      <Word>%</Word>
      <TextField
        label={`${t.builder.salt} (${t.builder.saltHelp})`}
        value={sample.salt}
        onChange={(next) => set([...path, 'sample', 'salt'], next, true)}
      />
    </Flow>
  );
}
