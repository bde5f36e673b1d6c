import type { ReactNode } from 'react';
import { t } from '../texts';
import { entityBehind, isAudience, readable, relationsWith } from './catalog';
import { useBuilder } from './context';
import { Pick, Word } from './fields';
import { MeasureField, measureKind } from './measures';
import type { Did, Occurrence } from './model';
import { Add, Drop, entityOf, Flow, interactionSubject, type Part, TypesField, Where } from './parts';
import { WindowField } from './times';

export function DidFields({ value, path, subject, verb }: Part<Did> & { verb: ReactNode }) {
  const { catalog, set } = useBuilder();
  const entity = entityOf(subject);
  const behind = value.of ? (entityBehind(catalog, entity, value.of) ?? entity) : entity;
  const inner = interactionSubject(value.did, behind);
  const audiences = relationsWith(catalog, entity, value.of).filter((one) => isAudience(catalog, one.to));
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
            <MeasureField measure={value.measure} is={value.is} path={path} subject={inner} owner={subject} />
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

export function OccurrenceFields({ value, path, subject, verb }: Part<Occurrence> & { verb: ReactNode }) {
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
