// Everyone: any number of contacts, searched, with the columns that are wanted.
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue, useLocalStorage } from '@mantine/hooks';
import { IconAddressBook, IconFileImport, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useCatalog, useContacts } from '../../api/queries';
import type { RecordRow } from '../../api/types';
import { entityNamed } from '../../builder/catalog';
import { Columns } from '../../components/Columns';
import { May } from '../../components/May';
import { Page } from '../../components/Page';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { shown } from '../../components/value';
import { t } from '../../texts';

export default function Contacts() {
  const { q } = useSearch({ from: '/inside/contacts' });
  const navigate = useNavigate({ from: '/contacts' });
  const [search, setSearch] = useState(q ?? '');
  const [asked] = useDebouncedValue(search.trim(), 180);
  const { data: catalog } = useCatalog();
  const offered = useMemo(
    () => (catalog ? (entityNamed(catalog, 'contact')?.attributes.map((one) => one.name) ?? []) : []),
    [catalog],
  );
  const [chosen, setChosen] = useLocalStorage<string[] | null>({
    key: 'satsuma-columns-contact',
    defaultValue: null,
  });
  const columns = (chosen ?? offered.slice(0, 6)).filter((name) => offered.includes(name));
  const contacts = useContacts({ search: asked, columns }, !!catalog);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = contacts;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const rows = useMemo(() => contacts.data?.pages.flatMap((page) => page.rows) ?? [], [contacts.data]);
  const total = contacts.data?.pages[0]?.total ?? null;
  const bring = (
    <May do="start_import">
      <Button
        variant="default"
        leftSection={<IconFileImport size={17} />}
        onClick={() => void navigate({ to: '/data', search: { tab: 'import' } })}
      >
        {t.contacts.import}
      </Button>
    </May>
  );
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
  ];
  return (
    <Page title={t.contacts.title} about={t.contacts.about} actions={bring} wide>
      <div className="toolbar">
        <TextInput
          aria-label={t.contacts.search}
          placeholder={t.contacts.search}
          leftSection={<IconSearch size={16} />}
          w={280}
          value={search}
          onChange={(event) => {
            const next = event.currentTarget.value;
            setSearch(next);
            void navigate({ search: { q: next || undefined }, replace: true });
          }}
        />
        <Columns offered={offered} chosen={columns} onChange={setChosen} />
        <div className="toolbar-end">
          {total !== null && (
            <span className="muted number" role="status">
              {t.contacts.count(t.number(total))}
            </span>
          )}
        </div>
      </div>
      {contacts.error ? (
        <Failed error={contacts.error} retry={() => void contacts.refetch()} />
      ) : contacts.isPending ? (
        <Loading rows={9} />
      ) : rows.length === 0 && !asked ? (
        <Empty icon={<IconAddressBook size={28} />} title={t.contacts.none} action={bring}>
          {t.contacts.noneHelp}
        </Empty>
      ) : rows.length === 0 ? (
        <Empty icon={<IconSearch size={28} />} title={t.contacts.noMatch} />
      ) : (
        <Table
          label={t.contacts.title}
          columns={shownColumns}
          rows={rows}
          rowKey={(row) => row.key}
          total={total ?? rows.length}
          onEnd={onEnd}
          rowHeight={42}
        />
      )}
    </Page>
  );
}
