// The members: any number of them, searched, with the columns that are wanted, exported, asked about.
import { Button, Menu, TextInput } from '@mantine/core';
import { useDebouncedValue, useLocalStorage } from '@mantine/hooks';
import { IconDownload, IconHelpCircle, IconSearch, IconUsers } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { exportUrl, useCatalog, useMembers } from '../../api/queries';
import { useMay } from '../../api/session';
import type { RecordRow, SegmentDetail } from '../../api/types';
import { attributesFor } from '../../builder/catalog';
import { Columns } from '../../components/Columns';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { shown } from '../../components/value';
import { t } from '../../texts';
import { Why } from './Why';

export default function Members({ detail }: { detail: SegmentDetail }) {
  const { data: catalog } = useCatalog();
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), 180);
  const [at, setAt] = useState('');
  const offered = useMemo(
    () =>
      catalog
        ? attributesFor(catalog, { of: 'member', entity: detail.audience })
            .filter((one) => one.owner === detail.audience && one.path === one.name)
            .map((one) => one.name)
        : [],
    [catalog, detail.audience],
  );
  const [chosen, setChosen] = useLocalStorage<string[] | null>({
    key: `satsuma-columns-${detail.audience}`,
    defaultValue: null,
  });
  const columns = (chosen ?? offered.slice(0, 5)).filter((name) => offered.includes(name));
  const hasMembers = detail.status === 'live' || detail.status === 'failed' || detail.kind === 'static';
  const members = useMembers(detail.id, { search: asked, columns, at }, hasMembers);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = members;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const rows = useMemo(() => members.data?.pages.flatMap((page) => page.rows) ?? [], [members.data]);
  const total = members.data?.pages[0]?.total ?? null;
  const navigate = useNavigate({ from: '/segments/$id' });
  const { why } = useSearch({ from: '/inside/segments/$id' });
  const mayAsk = useMay('explain_segment');
  const mayExport = useMay('export_segment_members');
  const ask = (key: string | undefined) => void navigate({ search: (before) => ({ ...before, why: key }) });

  if (!hasMembers)
    return (
      <Empty icon={<IconUsers size={28} />} title={t.members.draft}>
        {t.members.draftHelp}
      </Empty>
    );
  const whyColumn: Column<RecordRow> = {
    key: 'why',
    title: t.members.why,
    width: '92px',
    cell: (row) => (
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconHelpCircle size={14} />}
        aria-label={t.members.whyOf(row.key)}
        onClick={() => ask(row.key)}
      >
        {t.members.why}
      </Button>
    ),
  };
  const shownColumns: Column<RecordRow>[] = [
    {
      key: 'key',
      title: t.members.key,
      width: 'minmax(120px, 1fr)',
      cell: (row) => (
        <Link to="/contacts/$key" params={{ key: row.key }} className="plain strong">
          {row.key}
        </Link>
      ),
    },
    ...columns.map((name) => ({
      key: name,
      title: name,
      width: 'minmax(130px, 1fr)',
      cell: (row: RecordRow) => shown(row.attributes[name], catalog?.timezone),
    })),
    ...(mayAsk ? [whyColumn] : []),
  ];
  return (
    <>
      <div className="toolbar">
        <TextInput
          aria-label={t.members.search}
          placeholder={t.members.search}
          leftSection={<IconSearch size={16} />}
          w={240}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Columns offered={offered} chosen={columns} onChange={setChosen} />
        <TextInput
          aria-label={`${t.members.at}: ${t.members.atHelp}`}
          type="datetime-local"
          leftSection={<span className="small">{t.members.at}</span>}
          leftSectionWidth={58}
          w={262}
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
        <div className="toolbar-end">
          {total !== null && (
            <span className="muted number" role="status">
              {t.members.count(t.number(total))}
            </span>
          )}
          {mayExport && (
            <Menu>
              <Menu.Target>
                <Button variant="default" leftSection={<IconDownload size={16} />}>
                  {t.members.export}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {Object.entries(t.members.formats).map(([format, label]) => (
                  <Menu.Item
                    key={format}
                    component="a"
                    href={exportUrl(detail.id, format, columns, at)}
                    download
                  >
                    {label}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
      </div>
      {members.error ? (
        <Failed error={members.error} retry={() => void members.refetch()} />
      ) : members.isPending ? (
        <Loading rows={9} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconUsers size={28} />} title={t.members.none}>
          {t.members.noneHelp}
        </Empty>
      ) : (
        <Table
          label={t.segment.tabs.members}
          columns={shownColumns}
          rows={rows}
          rowKey={(row) => row.key}
          total={total ?? rows.length}
          onEnd={onEnd}
          rowHeight={42}
        />
      )}
      {why && <Why segment={detail} contact={why} onClose={() => ask(undefined)} />}
    </>
  );
}
