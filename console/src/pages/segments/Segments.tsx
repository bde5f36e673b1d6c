// The list of segments: searched, filtered, sorted and acted on together.
import { Button, Select, TextInput } from '@mantine/core';
import { IconBookmark, IconPlus, IconSearch, IconTag, IconUsersGroup, IconX } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useSegments } from '../../api/queries';
import { useMay } from '../../api/session';
import type { SegmentRow } from '../../api/types';
import type { SegmentsSearch } from '../../app/router';
import { May } from '../../components/May';
import { Page } from '../../components/Page';
import { Sparkline } from '../../components/Sparkline';
import { Status } from '../../components/Status';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, type Sort, Table } from '../../components/Table';
import { When } from '../../components/When';
import { t } from '../../texts';
import { Bulk } from './Bulk';
import { Views } from './Views';

const Create = lazy(() => import('./Create'));

const STATUSES = ['draft', 'going_live', 'live', 'failed'];
const KINDS = ['dynamic', 'static', 'compound'];
const BASES = ['profile', 'interactions', 'both', 'segments', 'members'];

export default function Segments() {
  const { data: rows, error, refetch } = useSegments();
  const search = useSearch({ from: '/inside/segments' });
  const navigate = useNavigate({ from: '/segments' });
  const mayChange = useMay('change_segment');
  const mayCreate = useMay('create_segment');
  const [creating, setCreating] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const set = (change: SegmentsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (
        !mayCreate ||
        event.key !== 'n' ||
        event.ctrlKey ||
        event.metaKey ||
        /INPUT|TEXTAREA|SELECT/.test(target.tagName)
      )
        return;
      event.preventDefault();
      setCreating(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [mayCreate]);

  const shown = useMemo(() => sorted(filtered(rows ?? [], search), sortOf(search.sort)), [rows, search]);
  const tags = useMemo(() => [...new Set((rows ?? []).flatMap((row) => row.tags))].sort(), [rows]);
  const chosen = shown.filter((row) => selected.has(row.id));
  const isFiltered = !!(search.q || search.status || search.kind || search.basis || search.tag);

  const create = (
    <May do="create_segment">
      <Button leftSection={<IconPlus size={17} />} onClick={() => setCreating(true)}>
        {t.segments.create}
      </Button>
    </May>
  );
  return (
    <Page title={t.segments.title} about={t.segments.about} actions={create} wide>
      {error ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : !rows ? (
        <Loading rows={9} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconUsersGroup size={28} />} title={t.segments.none} action={create}>
          {t.segments.noneHelp}
        </Empty>
      ) : (
        <>
          <div className="toolbar">
            <TextInput
              aria-label={t.segments.search}
              placeholder={t.segments.search}
              leftSection={<IconSearch size={16} />}
              w={240}
              value={search.q ?? ''}
              onChange={(event) => set({ q: event.currentTarget.value || undefined })}
            />
            <Filter
              label={t.segments.status}
              value={search.status}
              values={STATUSES}
              names={t.status}
              onChange={(status) => set({ status })}
            />
            <Filter
              label={t.segments.kind}
              value={search.kind}
              values={KINDS}
              names={t.kind}
              onChange={(kind) => set({ kind })}
            />
            <Filter
              label={t.segments.basis}
              value={search.basis}
              values={BASES}
              names={t.basis}
              onChange={(basis) => set({ basis })}
            />
            {tags.length > 0 && (
              <Filter
                label={t.segments.tag}
                value={search.tag}
                values={tags}
                names={{}}
                onChange={(tag) => set({ tag })}
              />
            )}
            {isFiltered && (
              <Button
                variant="subtle"
                color="gray"
                leftSection={<IconX size={15} />}
                onClick={() =>
                  set({ q: undefined, status: undefined, kind: undefined, basis: undefined, tag: undefined })
                }
              >
                {t.segments.clearFilters}
              </Button>
            )}
            <div className="toolbar-end">
              <span className="muted number" role="status">
                {t.segments.count(t.number(shown.length), t.number(rows.length))}
              </span>
              <Views
                search={search}
                onChoose={(view) => void navigate({ search: view })}
                icon={<IconBookmark size={17} />}
              />
            </div>
          </div>
          {chosen.length > 0 && <Bulk rows={chosen} onDone={() => setSelected(new Set())} />}
          {shown.length === 0 ? (
            <Empty icon={<IconSearch size={28} />} title={t.segments.noMatch}>
              {t.segments.noMatchHelp}
            </Empty>
          ) : (
            <Table
              label={t.segments.title}
              columns={COLUMNS}
              rows={shown}
              rowKey={(row) => row.id}
              rowName={(row) => row.name}
              sort={sortOf(search.sort)}
              onSort={({ key, descending }) => set({ sort: descending ? `-${key}` : key })}
              selected={selected}
              onSelect={mayChange ? setSelected : undefined}
              selectLabel={t.segments.select}
              selectAll={t.segments.selectAll}
              rowHeight={52}
            />
          )}
        </>
      )}
      <Suspense>{creating && <Create segments={rows ?? []} onClose={() => setCreating(false)} />}</Suspense>
    </Page>
  );
}

function Filter(props: {
  label: string;
  value: string | undefined;
  values: string[];
  names: Record<string, string>;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <Select
      aria-label={props.label}
      placeholder={props.label}
      w={128}
      clearable
      clearButtonProps={{ 'aria-label': `${t.segments.clearFilters}: ${props.label}` }}
      value={props.value ?? null}
      data={props.values.map((value) => ({ value, label: props.names[value] ?? value }))}
      onChange={(value) => props.onChange(value ?? undefined)}
    />
  );
}

const COLUMNS: Column<SegmentRow>[] = [
  {
    key: 'name',
    title: t.segments.columns.name,
    width: 'minmax(192px, 2.4fr)',
    sortable: true,
    cell: (row) => (
      <>
        <Link to="/segments/$id" params={{ id: row.id }} className="plain strong">
          {row.name}
        </Link>
        {row.tags.length > 0 && (
          <span className="tags">
            <IconTag size={12} aria-hidden /> {row.tags.join(', ')}
          </span>
        )}
      </>
    ),
  },
  {
    key: 'size',
    title: t.segments.columns.size,
    width: '98px',
    align: 'end',
    sortable: true,
    cell: (row) =>
      row.size === null ? <span className="muted">–</span> : <strong>{t.number(row.size)}</strong>,
  },
  {
    key: 'change',
    title: t.segments.columns.change,
    width: '154px',
    align: 'end',
    sortable: true,
    cell: (row) =>
      row.change === null ? (
        <span className="muted">–</span>
      ) : (
        <span className="change">
          <Sparkline values={row.trend} />
          <span className={row.change === 0 ? 'muted' : undefined}>
            {row.change === 0 ? '±0' : t.change(row.change)}
          </span>
        </span>
      ),
  },
  {
    key: 'status',
    title: t.segments.columns.status,
    width: '110px',
    sortable: true,
    cell: (row) => (
      <span title={row.reason ?? undefined}>
        <Status status={row.status} />
      </span>
    ),
  },
  {
    key: 'kind',
    title: t.segments.columns.kind,
    width: '98px',
    sortable: true,
    cell: (row) => t.kind[row.kind] ?? row.kind,
  },
  {
    key: 'basis',
    title: t.segments.columns.basis,
    width: '104px',
    sortable: true,
    cell: (row) => (row.basis ? t.basis[row.basis] : <span className="muted">–</span>),
  },
  {
    key: 'changed',
    title: t.segments.columns.changed,
    width: '162px',
    sortable: true,
    cell: (row) => (
      <span className="muted">
        <When at={row.changedAt} />
      </span>
    ),
  },
  {
    key: 'owner',
    title: t.segments.columns.owner,
    width: 'minmax(80px, 1fr)',
    sortable: true,
    cell: (row) => row.owner ?? <span className="muted">–</span>,
  },
  {
    key: 'uses',
    title: t.segments.columns.uses,
    width: '80px',
    align: 'end',
    sortable: true,
    cell: (row) => (row.usedBy ? t.number(row.usedBy) : <span className="muted">–</span>),
  },
];

export function sortOf(sort: string | undefined): Sort {
  if (!sort) return { key: 'name', descending: false };
  return sort.startsWith('-') ? { key: sort.slice(1), descending: true } : { key: sort, descending: false };
}

export function filtered(rows: SegmentRow[], search: SegmentsSearch): SegmentRow[] {
  const wanted = search.q?.toLocaleLowerCase();
  return rows.filter(
    (row) =>
      (!wanted || [row.name, ...row.tags].some((text) => text.toLocaleLowerCase().includes(wanted))) &&
      (!search.status || row.status === search.status) &&
      (!search.kind || row.kind === search.kind) &&
      (!search.basis || row.basis === search.basis) &&
      (!search.tag || row.tags.includes(search.tag)),
  );
}

const VALUES: Record<string, (row: SegmentRow) => string | number | null> = {
  name: (row) => row.name.toLocaleLowerCase(),
  status: (row) => row.status,
  size: (row) => row.size,
  change: (row) => row.change,
  kind: (row) => row.kind,
  basis: (row) => row.basis,
  changed: (row) => row.changedAt,
  owner: (row) => row.owner,
  uses: (row) => row.usedBy,
};

/** In order of a column, by name among equals; what has no value comes last in either direction. */
export function sorted(rows: SegmentRow[], sort: Sort): SegmentRow[] {
  const of = VALUES[sort.key] ?? VALUES.name;
  if (!of) return rows;
  return [...rows].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (x !== y) {
      if (x === null) return 1;
      if (y === null) return -1;
      const order =
        typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
      if (order !== 0) return sort.descending ? -order : order;
    }
    return a.name.localeCompare(b.name);
  });
}
