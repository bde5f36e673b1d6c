// Everyone: any number of contacts, searched, with the columns that are wanted.
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAddressBook, IconFileImport, IconSearch } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useCatalog, useContacts } from '../../api/queries';
import { Columns } from '../../components/Columns';
import { May } from '../../components/May';
import { Page } from '../../components/Page';
import { useColumns, useRows } from '../../components/records';
import { Empty, Failed, Loading } from '../../components/states';
import { Table } from '../../components/Table';
import { t } from '../../texts';

export default function Contacts() {
  const { q } = useSearch({ from: '/inside/contacts' });
  const navigate = useNavigate({ from: '/contacts' });
  const [search, setSearch] = useState(q ?? '');
  const [asked] = useDebouncedValue(search.trim(), 180);
  const { data: catalog, error: broken, refetch: again } = useCatalog();
  // A new workspace learns what a contact is from the first that come in.
  const isNew = catalog !== undefined && !catalog.entities.some((one) => one.name === 'contact');
  const { offered, columns, setChosen, ofTable, isKnown } = useColumns('contact');
  const contacts = useContacts({ search: asked, columns }, isKnown && !isNew);
  const { rows, total, onEnd } = useRows(contacts);
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
  return (
    <Page title={t.contacts.title} about={t.contacts.about} actions={bring} wide>
      {!isNew && (
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
      )}
      {broken && !catalog ? (
        <Failed error={broken} retry={() => void again()} />
      ) : contacts.error && !isNew ? (
        <Failed error={contacts.error} retry={() => void contacts.refetch()} />
      ) : contacts.isPending && !isNew ? (
        <Loading rows={9} />
      ) : isNew || (rows.length === 0 && !asked) ? (
        <Empty icon={<IconAddressBook size={28} />} title={t.contacts.none} action={bring}>
          {t.contacts.noneHelp}
        </Empty>
      ) : rows.length === 0 ? (
        <Empty icon={<IconSearch size={28} />} title={t.contacts.noMatch} />
      ) : (
        <Table
          label={t.contacts.title}
          columns={ofTable}
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
