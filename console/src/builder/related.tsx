import type { ReactNode } from 'react';
import { t } from '../texts';
import { entityBehind, readable, relationsWith } from './catalog';
import { useBuilder } from './context';
import type { Path } from './edit';
import { DurationField, Find, Pick } from './fields';
import { Group } from './group';
import { MeasureField } from './measures';
import type { Held, Related, Subject } from './model';
import { entityOf, Flow, type Part, Where } from './parts';

export function RelatedFields({ value, path, subject, verb }: Part<Related> & { verb: ReactNode }) {
  const { catalog, set } = useBuilder();
  const entity = entityOf(subject);
  const behind = entityBehind(catalog, entity, value.related) ?? entity;
  const inner: Subject = { of: 'record', entity: behind };
  const relations = relationsWith(catalog, entity, value.related);
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
        <MeasureField
          measure={value.measure}
          is={value.is}
          path={path}
          subject={inner}
          owner={subject}
          records
        />
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

export function HeldFields({
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
