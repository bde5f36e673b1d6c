import type { ReactNode } from 'react';
import { t } from '../texts';
import { attributeAt, attributesFor, ownAttributes, typesFor, withChosen } from './catalog';
import { useBuilder } from './context';
import { Find, NumberField, Pick, TextField, Word } from './fields';
import { MeasureDetails, type MeasureKind, makeMeasure, measureKind, OF_INTERACTIONS } from './measures';
import type { Measure, Sample, Top } from './model';
import {
  Add,
  attributeOptions,
  entityOf,
  Flow,
  interactionSubject,
  type Part,
  TypesField,
  Where,
} from './parts';
import { WindowField } from './times';

export function TopFields({ value, path, subject, verb }: Part<Top> & { verb: ReactNode }) {
  const { catalog, set } = useBuilder();
  const entity = entityOf(subject);
  const percent = 'percent' in value.top;
  const amount = 'percent' in value.top ? value.top.percent : value.top.count;
  const byAttribute = typeof value.by === 'object' && 'attribute' in value.by;
  const types = value.did ?? typesFor(catalog, entity)[0]?.name ?? '';
  const inner = interactionSubject(types, entity);
  const chooseBy = (next: string) => {
    if (next === 'attribute') {
      const first = attributesFor(catalog, { of: 'member', entity }).find((one) =>
        ['integer', 'number', 'decimal', 'date', 'timestamp'].includes(one.type),
      );
      const { did: _did, where: _where, during: _during, ...rest } = value;
      set(path, { ...rest, by: { attribute: first?.path ?? '' } });
      return;
    }
    const by = makeMeasure(next as MeasureKind, ownAttributes(catalog, inner), undefined);
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
            ...OF_INTERACTIONS.map((one) => ({ value: one, label: t.builder.measures[one] })),
            { value: 'attribute', label: t.builder.byAttribute },
          ]}
          onChange={chooseBy}
        />
        {byAttribute ? (
          <Find
            label={t.builder.attribute}
            value={(value.by as { attribute: string }).attribute}
            options={attributeOptions(
              withChosen(
                attributesFor(catalog, { of: 'member', entity }),
                attributeAt(catalog, { of: 'member', entity }, (value.by as { attribute: string }).attribute),
              ),
            )}
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

export function SampleFields({ value, path, verb }: Part<Sample> & { verb: ReactNode }) {
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
