// What the sentences of conditions share: a line of controls, types of interactions, a filter.
import { TagsInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { t } from '../texts';
import { type Reached, readable, typesFor } from './catalog';
import { useBuilder } from './context';
import type { Path } from './edit';
import { Group } from './group';
import { type Condition, listOfTypes, type Subject, type Types, typesOf } from './model';

export type Part<T> = { value: T; path: Path; subject: Subject };

export function Flow({ children }: { children: ReactNode }) {
  return <div className="b-flow">{children}</div>;
}

export function Add({ onClick, children }: { onClick: () => void; children: string }) {
  const { disabled } = useBuilder();
  if (disabled) return null;
  return (
    <button type="button" className="b-add" onClick={onClick}>
      <IconPlus size={12} aria-hidden /> {children}
    </button>
  );
}

export function Drop({ onClick, label }: { onClick: () => void; label: string }) {
  const { disabled } = useBuilder();
  if (disabled) return null;
  return (
    <button type="button" className="b-add" onClick={onClick} aria-label={label} title={label}>
      <IconX size={12} aria-hidden />
    </button>
  );
}

export const entityOf = (subject: Subject) =>
  subject.of === 'interaction' ? subject.audience : subject.entity;

export function attributeOptions(attributes: Reached[]) {
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const one of attributes) {
    const behind = one.path.length > one.name.length ? one.path.slice(0, -one.name.length - 1) : '';
    const group = behind === '' ? readable(one.owner || t.builder.attribute) : readable(behind);
    groups.set(group, [...(groups.get(group) ?? []), { value: one.path, label: one.path }]);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}

export function TypesField(props: { value: Types; path: Path; entity: string; single?: boolean }) {
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

export function Where(props: {
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

export function interactionSubject(types: Types, audience: string): Subject {
  return { of: 'interaction', types: listOfTypes(types), audience };
}
