// A table of many rows: only those in sight are drawn, and columns sort, stretch and scroll.
import { Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import './table.css';

export type Column<Row> = {
  key: string;
  title: string;
  /** Read aloud only. */
  isTitleHidden?: boolean;
  /** Of the grid, such as `minmax(180px, 2fr)`. */
  width: string;
  align?: 'end';
  sortable?: boolean;
  cell: (row: Row) => ReactNode;
};

export type Sort = { key: string; descending: boolean };

export type TableProps<Row> = {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  rowName?: (row: Row) => string;
  /** How many there are in all, where not all are here yet. */
  total?: number;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: Set<string>) => void;
  selectLabel?: (name: string) => string;
  selectAll?: string;
  onEnd?: () => void;
  rowHeight?: number;
  height?: string;
};

const SPACE_BELOW = 30;

export function Table<Row>(props: TableProps<Row>) {
  const { columns, rows, rowKey, selected, onSelect, sort, onSort, onEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const rowHeight = props.rowHeight ?? 46;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (onEnd && rows.length > 0 && lastSeen >= rows.length - 15) onEnd();
  }, [onEnd, lastSeen, rows.length]);

  // It reaches down to the end of the window, wherever it begins.
  const [below, setBelow] = useState<number | null>(null);
  useLayoutEffect(() => {
    if (box.current)
      setBelow(Math.round(box.current.getBoundingClientRect().top + window.scrollY) + SPACE_BELOW);
  }, []);

  const template = `${onSelect ? '40px ' : ''}${columns.map((column) => column.width).join(' ')}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: how keys are read of rows never changes
  const keys = useMemo(() => rows.map(rowKey), [rows]);
  const allSelected = rows.length > 0 && !!selected && keys.every((key) => selected.has(key));
  const someSelected = !!selected && keys.some((key) => selected.has(key));
  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };

  // Rows that stay in sight are not drawn again while the table scrolls.
  const toggled = useRef(toggle);
  toggled.current = toggle;
  const onToggle = useCallback((key: string) => toggled.current(key), []);

  return (
    <section
      ref={box}
      className="t-box"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      aria-label={props.label}
      style={{
        maxHeight: props.height ?? (below === null ? '68dvh' : `max(55dvh, calc(100dvh - ${below}px))`),
      }}
    >
      {/* biome-ignore-start lint/a11y: a real table cannot leave out rows that are not in sight */}
      <div
        role="table"
        aria-label={props.label}
        aria-rowcount={(props.total ?? rows.length) + 1}
        className="t-table"
        style={{ '--t-columns': template } as React.CSSProperties}
      >
        <div role="rowgroup" className="t-head">
          <div role="row" className="t-row" aria-rowindex={1}>
            {onSelect && (
              <div role="columnheader" className="t-cell">
                <Checkbox
                  size="xs"
                  aria-label={props.selectAll}
                  checked={allSelected}
                  indeterminate={someSelected && !allSelected}
                  onChange={() => onSelect(withAll(selected, keys, !allSelected))}
                />
              </div>
            )}
            {columns.map((column) => (
              <div
                key={column.key}
                role="columnheader"
                className="t-cell"
                data-align={column.align}
                aria-sort={
                  sort?.key === column.key ? (sort.descending ? 'descending' : 'ascending') : undefined
                }
              >
                {column.sortable && onSort ? (
                  <button
                    type="button"
                    className="t-sort"
                    onClick={() =>
                      onSort({
                        key: column.key,
                        descending: sort?.key === column.key ? !sort.descending : column.align === 'end',
                      })
                    }
                  >
                    {column.title}
                    {sort?.key === column.key &&
                      (sort.descending ? (
                        <IconArrowDown size={13} aria-hidden />
                      ) : (
                        <IconArrowUp size={13} aria-hidden />
                      ))}
                  </button>
                ) : (
                  <span className={column.isTitleHidden ? 'visually-hidden' : undefined}>{column.title}</span>
                )}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="t-body" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index] as Row;
            const key = keys[item.index] as string;
            return (
              <Line
                key={key}
                row={row}
                id={key}
                index={item.index}
                start={item.start}
                height={rowHeight}
                columns={columns}
                isSelected={onSelect ? (selected?.has(key) ?? false) : undefined}
                label={onSelect ? props.selectLabel?.(props.rowName?.(row) ?? key) : undefined}
                onToggle={onToggle}
              />
            );
          })}
        </div>
      </div>
      {/* biome-ignore-end lint/a11y: as above */}
    </section>
  );
}

type LineProps<Row> = {
  row: Row;
  id: string;
  index: number;
  start: number;
  height: number;
  columns: Column<Row>[];
  isSelected: boolean | undefined;
  label: string | undefined;
  onToggle: (key: string) => void;
};

function Line_<Row>(props: LineProps<Row>) {
  const { row, id, isSelected } = props;
  return (
    // biome-ignore-start lint/a11y: as above
    <div
      role="row"
      aria-rowindex={props.index + 2}
      aria-selected={isSelected}
      className="t-row t-data"
      style={{ height: props.height, transform: `translateY(${props.start}px)` }}
    >
      {isSelected !== undefined && (
        <div role="cell" className="t-cell">
          <Checkbox
            size="xs"
            aria-label={props.label}
            checked={isSelected}
            onChange={() => props.onToggle(id)}
          />
        </div>
      )}
      {props.columns.map((column) => (
        <div key={column.key} role="cell" className="t-cell" data-align={column.align}>
          {column.cell(row)}
        </div>
      ))}
    </div>
    // biome-ignore-end lint/a11y: as above
  );
}

/** What was selected, with all of these or without them: what is not shown now stays as it was. */
function withAll(selected: ReadonlySet<string> | undefined, keys: string[], isIn: boolean): Set<string> {
  const next = new Set(selected);
  for (const key of keys) isIn ? next.add(key) : next.delete(key);
  return next;
}

const Line = memo(Line_) as typeof Line_;
