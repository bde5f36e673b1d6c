// Who is on a list: searched, and taken off it.
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { takeOffList, useListMembers } from '../../api/marketing';
import { useCatalog } from '../../api/queries';
import { useMay } from '../../api/session';
import type { RecordRow } from '../../api/types';
import type { ListDetails } from '../../api/wire';
import { entityNamed } from '../../builder/catalog';
import { done } from '../../components/notify';
import { RecordKey } from '../../components/RecordKey';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { useDoing } from '../../components/useDoing';
import { shown } from '../../components/value';
import { t } from '../../texts';

const WANTED = ['email', 'first_name', 'last_name', 'name', 'city'];
const COLUMNS_MAX = 4;

export function Members({ list }: { list: ListDetails }) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), 180);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { busy, doing } = useDoing();
  const mayRemove = useMay('remove_list_members');
  const { data: catalog } = useCatalog();
  const names = useMemo(() => {
    const attributes = catalog ? (entityNamed(catalog, list.audience)?.attributes ?? []) : [];
    const all = attributes.map((one) => one.name);
    const usual = WANTED.filter((name) => all.includes(name));
    return (usual.length ? usual : all).slice(0, COLUMNS_MAX);
  }, [catalog, list.audience]);
  const members = useListMembers(list, asked, names);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = members;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const rows = useMemo(() => members.data?.pages.flatMap((page) => page.rows) ?? [], [members.data]);
  const total = members.data?.pages[0]?.total ?? rows.length;

  const remove = () =>
    doing(async () => {
      done(t.list.removed(t.number(await takeOffList(list.id, [...selected]))));
      setSelected(new Set());
    });
  const columns: Column<RecordRow>[] = [
    {
      key: 'key',
      title: t.members.key,
      width: 'minmax(120px, 1fr)',
      cell: (row) => <RecordKey of={row.key} audience={list.audience} />,
    },
    ...names.map((name) => ({
      key: name,
      title: name,
      width: 'minmax(130px, 1fr)',
      cell: (row: RecordRow) => shown(row.attributes[name], catalog?.timezone),
    })),
  ];
  if (members.error) return <Failed error={members.error} retry={() => void members.refetch()} />;
  if (members.isPending) return <Loading />;
  if (rows.length === 0 && !asked)
    return (
      <Empty icon={<IconUsers size={28} />} title={t.list.none}>
        {list.is_subscription ? t.list.noneHelpSubscription : t.list.noneHelp}
      </Empty>
    );
  return (
    <>
      <div className="toolbar">
        <TextInput
          aria-label={t.list.search}
          placeholder={t.list.search}
          leftSection={<IconSearch size={16} />}
          w={260}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <div className="toolbar-end">
          <span className="muted number" role="status">
            {t.members.count(t.number(total))}
          </span>
        </div>
      </div>
      {selected.size > 0 && (
        <div className="bulk" role="toolbar" aria-label={t.segments.selected(t.number(selected.size))}>
          <strong className="number">{t.segments.selected(t.number(selected.size))}</strong>
          <Button size="xs" variant="default" loading={busy} onClick={() => void remove()}>
            {t.list.remove}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={() => setSelected(new Set())}>
            {t.segments.clear}
          </Button>
        </div>
      )}
      {rows.length === 0 ? (
        <Empty icon={<IconSearch size={28} />} title={t.list.noMatch} />
      ) : (
        <Table
          label={t.lists.members}
          columns={columns}
          rows={rows}
          rowKey={(row) => row.key}
          total={total}
          onEnd={onEnd}
          rowHeight={42}
          {...(mayRemove && {
            selected,
            onSelect: setSelected,
            selectLabel: t.list.select,
            selectAll: t.list.selectAll,
          })}
        />
      )}
    </>
  );
}
