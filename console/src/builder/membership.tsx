import type { ReactNode } from 'react';
import { t } from '../texts';
import { useBuilder } from './context';
import { Find, Pick, TextField } from './fields';
import type { Consent, Crossed, InList, InSegment } from './model';
import { Flow, type Part } from './parts';
import { WindowField } from './times';

/** As it is named where it stands: names are the same without regard to case. */
function named(names: string[], written: string): string {
  return names.find((one) => one.toLowerCase() === written.toLowerCase()) ?? written;
}

export function SegmentFields({ value, path, verb }: Part<InSegment> & { verb: ReactNode }) {
  const { names, set } = useBuilder();
  return (
    <Flow>
      {verb}
      <Find
        label={t.builder.segment}
        value={named(names.segments, value.segment)}
        width={240}
        options={names.segments.map((one) => ({ value: one, label: one }))}
        empty={t.builder.noSegments}
        onChange={(next) => set([...path, 'segment'], next)}
      />
    </Flow>
  );
}

export function ListFields({ value, path, verb }: Part<InList> & { verb: ReactNode }) {
  const { names, set } = useBuilder();
  return (
    <Flow>
      {verb}
      <Find
        label={t.builder.list}
        value={named(names.lists, value.list)}
        width={240}
        options={names.lists.map((one) => ({ value: one, label: one }))}
        empty={t.builder.noLists}
        onChange={(next) => set([...path, 'list'], next)}
      />
    </Flow>
  );
}

export function CrossedFields({ value, path, verb }: Part<Crossed> & { verb: ReactNode }) {
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
        value={named(names.segments, segment)}
        width={220}
        options={names.segments.map((one) => ({ value: one, label: one }))}
        empty={t.builder.noSegments}
        onChange={(next) => set([...path, direction], next)}
      />
      <WindowField value={value.during} path={[...path, 'during']} optional label={t.builder.during} />
    </Flow>
  );
}

export function ConsentFields({ value, path, verb }: Part<Consent> & { verb: ReactNode }) {
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
