// The tiles of a compound definition, and what can be done with them by mouse and by keyboard.
import { ActionIcon, NativeSelect, Select } from '@mantine/core';
import { IconBrackets, IconGripVertical, IconPlus, IconTrash } from '@tabler/icons-react';
import { createContext, type DragEvent, type KeyboardEvent, use, useEffect, useRef, useState } from 'react';
import { getAt, insertAt, move, type Path, removeAt, setAt } from '../builder/edit';
import { t } from '../texts';
import { conditionOfTerm, type Link, type Chain as Links, OPS, type Op, type Term } from './chain';
import { useSizes } from './sizes';

type Chained = {
  root: Links;
  change: (next: Links) => void;
  segments: string[];
  disabled: boolean;
  audience: string;
  /** Names of segments that cannot be used, with the reason. */
  bad: Map<string, string>;
};

const Context = createContext<Chained | null>(null);
export const ChainProvider = Context.Provider;

function useChain(): Chained {
  const found = use(Context);
  if (!found) throw new Error('no chain around');
  return found;
}

export function nameOf(term: Term): string {
  if ('segment' in term) return term.segment || t.sets.choose;
  if ('set' in term) return term.set === 'everyone' ? t.sets.everyone : t.sets.noOne;
  return `(${term.links.map((one, i) => (i ? `${t.sets.ops[one.op]} ` : '') + nameOf(one.term)).join(' ')})`;
}

let dragged: { path: Path; index: number } | null = null;
/** The tile that is to have the focus once it is drawn. */
let awaited: string | null = null;

export function Chain({ links, path, label }: { links: Links; path: Path; label: string }) {
  const { root, change, disabled, audience } = useChain();
  const sizes = useSizes(
    links.map((one) => conditionOfTerm(one.term)),
    audience,
  );
  const add = (term: Term) => {
    awaited = [...path, links.length].join('/');
    change(insertAt(root, path, links.length, { op: 'union', term }));
  };
  return (
    <div className="set-chain">
      <ol className="set-tiles" aria-label={label}>
        {links.map((link, index) => (
          <Tile
            key={index}
            link={link}
            path={path}
            index={index}
            count={links.length}
            size={sizes[index] ?? null}
          />
        ))}
      </ol>
      {links.length === 0 && <p className="muted flush">{t.sets.empty}</p>}
      {!disabled && (
        <div className="set-add">
          <button type="button" className="b-addition" onClick={() => add({ segment: '' })}>
            <IconPlus size={14} aria-hidden /> {t.sets.add}
          </button>
          {links.length > 0 && path.length === 0 && (
            <button
              type="button"
              className="b-add"
              onClick={() => add({ links: [{ op: 'union', term: { segment: '' } }] })}
            >
              <IconBrackets size={14} aria-hidden /> {t.sets.addGroup}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Tile(props: { link: Link; path: Path; index: number; count: number; size: number | null }) {
  const { link, path, index, count, size } = props;
  const { root, change, disabled, segments, bad } = useChain();
  const { term } = link;
  const here = [...path, index];
  const name = nameOf(term);
  const handle = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLLIElement>(null);
  const [over, setOver] = useState(false);
  const problem = 'segment' in term ? bad.get(term.segment) : undefined;

  useEffect(() => {
    if (awaited === here.join('/')) {
      awaited = null;
      box.current?.querySelector<HTMLElement>('.set-tile input')?.focus();
    } else if (awaited === `${here.join('/')}:handle`) {
      awaited = null;
      handle.current?.focus();
    }
  });

  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (!event.altKey || by === undefined) return;
    event.preventDefault();
    if (index + by < 0 || index + by >= count) return;
    awaited = `${[...path, index + by].join('/')}:handle`;
    const next = move(root, path, index, path, by < 0 ? index - 1 : index + 2);
    if (next) change(next);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    const next = dragged && move(root, dragged.path, dragged.index, path, index);
    if (next) change(next);
  };
  return (
    <li
      ref={box}
      className="set-item"
      data-over={over || undefined}
      onDragOver={(event) => {
        if (dragged === null || getAt(root, [...dragged.path, dragged.index]) === link) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {index === 0 ? (
        <span className="set-op muted">{t.sets.begin}</span>
      ) : (
        <NativeSelect
          className="b-pick b-strong set-op"
          size="xs"
          aria-label={t.sets.how(name)}
          value={link.op}
          disabled={disabled}
          data={OPS.map((op) => ({ value: op, label: t.sets.ops[op] }))}
          onChange={(event) => change(setAt(root, [...here, 'op'], event.currentTarget.value as Op))}
        />
      )}
      <div className="set-tile" data-op={index > 0 ? link.op : undefined} data-bad={!!problem || undefined}>
        {!disabled && (
          <button
            ref={handle}
            type="button"
            className="b-handle"
            aria-label={t.builder.drag(name)}
            draggable
            onDragStart={(event) => {
              dragged = { path, index };
              event.dataTransfer.setData('text/plain', name);
              event.dataTransfer.effectAllowed = 'move';
            }}
            onDragEnd={() => {
              dragged = null;
            }}
            onKeyDown={onKey}
          >
            <IconGripVertical size={15} aria-hidden />
          </button>
        )}
        {disabled && 'segment' in term ? (
          <strong className="set-name">{name}</strong>
        ) : 'segment' in term ? (
          <Select
            size="xs"
            w={210}
            aria-label={t.sets.segment}
            placeholder={t.sets.choose}
            value={term.segment || null}
            data={[...new Set([...(term.segment ? [term.segment] : []), ...segments])]}
            disabled={disabled}
            searchable
            selectFirstOptionOnChange
            allowDeselect={false}
            limit={300}
            error={problem}
            nothingFoundMessage={t.builder.nothingFound}
            comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
            onChange={(next) => next && change(setAt(root, [...here, 'term'], { segment: next }))}
          />
        ) : 'set' in term ? (
          <strong>{name}</strong>
        ) : (
          <Chain links={term.links} path={[...here, 'term', 'links']} label={name} />
        )}
        <span className="set-size number">{size === null ? '–' : t.number(size)}</span>
        {!disabled && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={t.builder.removeNamed(name)}
            onClick={() => change(removeAt(root, path, index))}
          >
            <IconTrash size={15} />
          </ActionIcon>
        )}
      </div>
    </li>
  );
}
