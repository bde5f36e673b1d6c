// A group of conditions: how they are joined, the conditions as cards, and what can be added.
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconBrackets,
  IconClick,
  IconClockBolt,
  IconCopy,
  IconDice5,
  IconDoorEnter,
  IconDots,
  IconGripVertical,
  IconHourglass,
  IconListCheck,
  IconMailCheck,
  IconPlus,
  IconRoute,
  IconSitemap,
  IconTrash,
  IconTrophy,
  IconUserSquare,
  IconUsersGroup,
} from '@tabler/icons-react';
import { type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { t } from '../texts';
import { blank } from './blank';
import { isAudience } from './catalog';
import { ConditionFields } from './conditions';
import { type Problem, useBuilder } from './context';
import { describe } from './describe';
import { childrenPath, insertAt, move, type Path, removeAt, setAt } from './edit';
import { Pick } from './fields';
import {
  type Condition,
  type GroupMode,
  groupOf,
  type Kind,
  kindOf,
  kindsFor,
  makeGroup,
  type Subject,
} from './model';

export const KIND_ICONS: Record<Kind, typeof IconClick> = {
  attribute: IconUserSquare,
  did: IconClick,
  related: IconSitemap,
  occurrence: IconClockBolt,
  sequence: IconRoute,
  segment: IconUsersGroup,
  list: IconListCheck,
  crossed: IconDoorEnter,
  consent: IconMailCheck,
  top: IconTrophy,
  held: IconHourglass,
  sample: IconDice5,
  group: IconBrackets,
};

const DRAGGED = 'application/x-satsuma-condition';
type Dragged = { list: Path; index: number; subject: string };
// What is dragged is not readable while it hovers, only when it is dropped.
let dragged: Dragged | null = null;

const subjectKey = (subject: Subject) => JSON.stringify(subject);

export function Group(props: {
  value: Condition;
  path: Path;
  subject: Subject;
  title: string;
  isRoot?: boolean;
}) {
  const { value, path, subject, title } = props;
  const { change, disabled } = useBuilder();
  const group = groupOf(value);
  if (!group) throw new Error('the builder shows groups only here');
  const { mode, children } = group;
  const list = childrenPath(value, path);
  const modes = (Object.keys(t.builder.modes) as GroupMode[]).map((one) => ({
    value: one,
    label: t.builder.modes[one],
  }));
  const setMode = (next: string) =>
    change((root) => setAt(root, path, makeGroup(next as GroupMode, children)));
  const empty = children.length === 0;
  return (
    <div className={props.isRoot ? 'b-group b-root' : 'b-group'} data-mode={mode}>
      {(children.length > 1 || props.isRoot || mode !== 'all') && (
        <div className="b-mode">
          <Pick
            label={`${t.builder.groupMode}: ${title}`}
            value={mode}
            options={modes}
            strong
            onChange={setMode}
          />
        </div>
      )}
      {empty && (
        <p className="b-empty muted">
          {props.isRoot
            ? mode === 'all' || mode === 'none'
              ? t.builder.emptyAll
              : t.builder.emptyAny
            : t.builder.emptyWhere}
        </p>
      )}
      <ul className="b-list" aria-label={title}>
        {children.map((child, index) => (
          <Item
            key={index}
            value={child}
            list={list}
            index={index}
            count={children.length}
            subject={subject}
            join={index > 0 ? t.builder.joins[mode] : ''}
          />
        ))}
      </ul>
      {!disabled && <DropEnd list={list} count={children.length} subject={subject} />}
      {!disabled && <AddMenu list={list} count={children.length} subject={subject} title={title} />}
    </div>
  );
}

function Item(props: {
  value: Condition;
  list: Path;
  index: number;
  count: number;
  subject: Subject;
  join: string;
}) {
  const { value, list, index, count, subject, join } = props;
  const builder = useBuilder();
  const { change, focus, disabled } = builder;
  const path = [...list, index];
  const key = path.join('/');
  const title = describe(value);
  const kind = kindOf(value);
  const Icon = KIND_ICONS[kind];
  const box = useRef<HTMLLIElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const [over, setOver] = useState(false);
  const found = builder.problemsAt(path);
  // An empty group means nobody or everybody; what it lacks says more.
  const isBare =
    !disabled && (('all' in value && value.all.length === 0) || ('any' in value && value.any.length === 0));
  const problems: Problem[] = isBare
    ? [{ path: '', message: t.builder.blanks.group ?? '', severity: 'warning', isBlank: true }]
    : found;
  const narrowing = builder.narrowingAt(path);

  useEffect(() => {
    if (focus.current === key) {
      focus.current = null;
      box.current?.querySelector<HTMLElement>('.b-fields input, .b-fields select, .b-fields button')?.focus();
    } else if (focus.current === `${key}:handle`) {
      focus.current = null;
      handle.current?.focus();
    }
  });

  const shift = (by: number) => {
    const place = by < 0 ? index - 1 : index + 2;
    if (place < 0 || place > count) return;
    focus.current = `${[...list, index + by].join('/')}:handle`;
    change((root) => move(root, list, index, list, place));
  };
  const onKey = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    shift(event.key === 'ArrowUp' ? -1 : 1);
  };
  const dragging = {
    draggable: !disabled,
    onDragStart: (event: DragEvent) => {
      dragged = { list, index, subject: subjectKey(subject) };
      event.dataTransfer.setData(DRAGGED, JSON.stringify(dragged));
      event.dataTransfer.effectAllowed = 'move';
      if (box.current) event.dataTransfer.setDragImage(box.current, 12, 12);
    },
    onDragEnd: () => {
      dragged = null;
    },
  };
  const drop = dropping(subject, setOver, (from) =>
    change((root) => move(root, from.list, from.index, list, index)),
  );

  return (
    <li ref={box} className="b-item" data-over={over || undefined} {...drop}>
      {join && (
        <span className="b-join" aria-hidden>
          {join}
        </span>
      )}
      <div
        className="b-card"
        data-kind={kind}
        data-bad={problems.some((one) => one.severity === 'error' && !one.isBlank) || undefined}
      >
        {!disabled && (
          <button
            ref={handle}
            type="button"
            className="b-handle"
            aria-label={t.builder.drag(title)}
            onKeyDown={onKey}
            {...dragging}
          >
            <IconGripVertical size={15} aria-hidden />
          </button>
        )}
        <Icon className="b-icon" size={18} aria-hidden />
        <div className="b-fields">
          {kind === 'group' ? (
            <Group value={value} path={path} subject={subject} title={title} />
          ) : (
            <ConditionFields value={value} path={path} subject={subject} />
          )}
          {problems.map((problem, i) => (
            <p
              key={i}
              className={
                problem.isBlank
                  ? 'b-problem b-blank'
                  : problem.severity === 'error'
                    ? 'b-problem'
                    : 'b-problem b-warning'
              }
              role="status"
            >
              {problem.message}
              {problem.hint ? ` ${problem.hint}` : ''}
            </p>
          ))}
        </div>
        {narrowing && (
          <span className="b-count number" title={t.builder.records(t.number(narrowing.alone))}>
            {t.number(narrowing.alone)}
          </span>
        )}
        {!disabled && (
          <Menu>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t.builder.more(title)}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconCopy size={15} />}
                onClick={() => change((root) => insertAt(root, list, index + 1, structuredClone(value)))}
              >
                {t.builder.duplicate}
              </Menu.Item>
              {index > 0 && <Menu.Item onClick={() => shift(-1)}>{t.builder.moveUp}</Menu.Item>}
              {index < count - 1 && <Menu.Item onClick={() => shift(1)}>{t.builder.moveDown}</Menu.Item>}
              <Menu.Item
                onClick={() =>
                  change((root) => setAt(root, path, 'not' in value ? value.not : { not: value }))
                }
              >
                {t.builder.negate}
              </Menu.Item>
              <Menu.Item onClick={() => change((root) => setAt(root, path, { any: [value] }))}>
                {t.builder.group}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={15} />}
                onClick={() => change((root) => removeAt(root, list, index))}
              >
                {t.builder.remove}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
        {!disabled && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={t.builder.removeNamed(title)}
            onClick={() => change((root) => removeAt(root, list, index))}
          >
            <IconTrash size={15} />
          </ActionIcon>
        )}
      </div>
    </li>
  );
}

/** Handlers of a place on which a condition of the same subject may be dropped. */
function dropping(subject: Subject, setOver: (over: boolean) => void, onDrop: (from: Dragged) => void) {
  const fits = () => dragged !== null && dragged.subject === subjectKey(subject);
  return {
    onDragOver: (event: DragEvent) => {
      if (!fits()) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false);
      if (!fits() || !dragged) return;
      event.preventDefault();
      event.stopPropagation();
      onDrop(dragged);
    },
  };
}

function DropEnd({ list, count, subject }: { list: Path; count: number; subject: Subject }) {
  const { change } = useBuilder();
  const [over, setOver] = useState(false);
  const drop = dropping(subject, setOver, (from) =>
    change((root) => move(root, from.list, from.index, list, count)),
  );
  return <div className="b-end" data-over={over || undefined} aria-hidden {...drop} />;
}

function AddMenu(props: { list: Path; count: number; subject: Subject; title: string }) {
  const { catalog, change, focus } = useBuilder();
  const { list, count, subject, title } = props;
  const entity = subject.of === 'interaction' ? subject.audience : subject.entity;
  const kinds = kindsFor(subject, isAudience(catalog, entity));
  const add = (kind: Kind) => {
    focus.current = [...list, count].join('/');
    change((root) => insertAt(root, list, count, blank(kind, catalog, subject)));
  };
  return (
    <Menu width={340} position="bottom-start" returnFocus={false}>
      <Menu.Target>
        <button type="button" className="b-addition" aria-label={t.builder.addTo(title)}>
          <IconPlus size={14} aria-hidden /> {t.builder.add}
        </button>
      </Menu.Target>
      <Menu.Dropdown className="b-kinds">
        {kinds.map((kind) => {
          const Icon = KIND_ICONS[kind];
          return (
            <Menu.Item key={kind} leftSection={<Icon size={18} aria-hidden />} onClick={() => add(kind)}>
              <span className="b-kind-name">{t.builder.kinds[kind].name}</span>
              <span className="b-kind-help">{t.builder.kinds[kind].help}</span>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
