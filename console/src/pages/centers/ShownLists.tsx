// The lists of a center: added, taken away, put in order by dragging or by keys, and named in its languages.
import { ActionIcon, Button, Menu, Textarea, TextInput } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconGripVertical,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { CenterContent, ShownList } from '../../api/marketing';
import { useLists } from '../../api/queries';
import type { List } from '../../api/wire';
import { t } from '../../texts';
import type { Edited } from './useEdited';

/** The same lists with one of them at another place. */
export function moved(lists: ShownList[], from: number, to: number): ShownList[] {
  const rest = lists.filter((_, i) => i !== from);
  const taken = lists[from];
  if (!taken || to < 0 || to > rest.length) return lists;
  return [...rest.slice(0, to), taken, ...rest.slice(to)];
}

export function ShownLists({ edited }: { edited: Edited }) {
  const { content, change } = edited;
  const { data: all } = useLists();
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const focus = useRef<number | null>(null);
  const box = useRef<HTMLOListElement>(null);
  const shown = content.lists;
  const offered = (all ?? []).filter(
    (one) => one.is_subscription && !shown.some((other) => other.list === one.id),
  );
  const put = (lists: ShownList[], place = '') => change(place, { lists });
  const shift = (from: number, to: number) => {
    if (to < 0 || to >= shown.length) return;
    focus.current = to;
    put(moved(shown, from, to));
  };
  // The handle that moved a list keeps the focus, wherever the list went.
  useEffect(() => {
    if (focus.current === null) return;
    box.current?.querySelectorAll<HTMLElement>('.sc-handle')[focus.current]?.focus();
    focus.current = null;
  });
  return (
    <section className="card panel">
      <h2>{t.centers.partLists}</h2>
      <p className="muted small sc-help">{t.centers.partListsHelp}</p>
      <ol className="sc-lists" ref={box}>
        {shown.map((one, i) => (
          <Row
            key={one.list}
            shown={one}
            list={all?.find((other) => other.id === one.list)}
            content={content}
            isOver={over === i && dragged !== i}
            isFirst={i === 0}
            isLast={i === shown.length - 1}
            onWords={(next) =>
              put(
                shown.map((other, n) => (n === i ? next : other)),
                `words ${one.list}`,
              )
            }
            onMove={(by) => shift(i, i + by)}
            onRemove={() => put(shown.filter((_, n) => n !== i))}
            onDragStart={() => setDragged(i)}
            onDragOver={() => setOver(i)}
            onDragEnd={() => {
              setDragged(null);
              setOver(null);
            }}
            onDrop={() => {
              if (dragged !== null) put(moved(shown, dragged, i));
              setDragged(null);
              setOver(null);
            }}
          />
        ))}
      </ol>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={15} />}
            disabled={offered.length === 0}
          >
            {t.centers.addList}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {offered.map((one) => (
            <Menu.Item key={one.id} onClick={() => put([...shown, { list: one.id, names: {}, abouts: {} }])}>
              {one.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {all && offered.length === 0 && <p className="muted small sc-help">{t.centers.addListNone}</p>}
    </section>
  );
}

function Row(props: {
  shown: ShownList;
  list: List | undefined;
  content: CenterContent;
  isOver: boolean;
  isFirst: boolean;
  isLast: boolean;
  onWords: (next: ShownList) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
  onDragStart: () => void;
  onDragOver: () => void;
  onDragEnd: () => void;
  onDrop: () => void;
}) {
  const { shown, list } = props;
  const [open, setOpen] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const name = list?.name ?? `#${shown.list}`;
  const set = (kind: 'names' | 'abouts', language: string, value: string) => {
    const { [language]: _, ...rest } = shown[kind];
    props.onWords({ ...shown, [kind]: value ? { ...rest, [language]: value } : rest });
  };
  const onKey = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    props.onMove(event.key === 'ArrowUp' ? -1 : 1);
  };
  return (
    <li
      ref={row}
      className="sc-list"
      data-over={props.isOver || undefined}
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        props.onDragOver();
      }}
      onDrop={(event) => {
        event.preventDefault();
        props.onDrop();
      }}
    >
      <div className="sc-list-head">
        <button
          type="button"
          className="sc-handle"
          aria-label={t.centers.drag(name)}
          draggable
          onKeyDown={onKey}
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            event.dataTransfer.setData('text/plain', name);
            if (row.current) event.dataTransfer.setDragImage(row.current, 12, 12);
            props.onDragStart();
          }}
          onDragEnd={props.onDragEnd}
        >
          <IconGripVertical size={16} aria-hidden />
        </button>
        <Link to="/lists/$id" params={{ id: String(shown.list) }} className="plain strong sc-list-name">
          {name}
        </Link>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          className="sc-move"
          disabled={props.isFirst}
          aria-label={t.centers.moveUp(name)}
          onClick={() => props.onMove(-1)}
        >
          <IconArrowUp size={15} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          className="sc-move"
          disabled={props.isLast}
          aria-label={t.centers.moveDown(name)}
          onClick={() => props.onMove(1)}
        >
          <IconArrowDown size={15} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-expanded={open}
          aria-label={t.centers.ownWords(name)}
          onClick={() => setOpen(!open)}
        >
          <IconChevronDown size={16} className={open ? 'sc-turned' : undefined} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t.centers.removeList(name)}
          onClick={props.onRemove}
        >
          <IconTrash size={15} />
        </ActionIcon>
      </div>
      {open && (
        <div className="sc-words">
          {Object.keys(props.content.texts).map((language) => (
            <div key={language} className="sc-word">
              <TextInput
                size="xs"
                label={t.centers.listName(t.centers.languages[language] ?? language)}
                placeholder={list?.name}
                maxLength={120}
                value={shown.names[language] ?? ''}
                onChange={(event) => set('names', language, event.currentTarget.value)}
              />
              <Textarea
                size="xs"
                autosize
                minRows={1}
                label={t.centers.listAbout(t.centers.languages[language] ?? language)}
                placeholder={list?.description ?? ''}
                value={shown.abouts[language] ?? ''}
                onChange={(event) => set('abouts', language, event.currentTarget.value)}
              />
            </div>
          ))}
        </div>
      )}
    </li>
  );
}
