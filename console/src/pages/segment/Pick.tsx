// People found by search and ticked, whoever is found next: those ticked are put into a static segment together.
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useContacts } from '../../api/queries';
import type { RecordRow } from '../../api/types';
import { useColumns, useRows } from '../../components/records';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { t } from '../../texts';

export function Pick(props: {
  audience: string;
  busy: boolean;
  /** Resolves with whether they were added. */
  onAdd: (keys: string[]) => Promise<boolean>;
}) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), 180);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const { columns, ofTable, isKnown } = useColumns(props.audience);
  const found = useContacts({ search: asked, columns, audience: props.audience }, isKnown);
  const { rows, total, onEnd } = useRows(found);
  // No links: whoever is followed away loses what is ticked.
  const [key, ...attributes] = ofTable;
  const shown: Column<RecordRow>[] = key ? [{ ...key, cell: named }, ...attributes] : [];
  const add = async () => {
    if (await props.onAdd([...picked])) setPicked(new Set());
  };
  return (
    <section className="card panel">
      <p className="muted flush">{t.definition.pickHelp}</p>
      <div className="toolbar pick-bar">
        <TextInput
          className="toolbar-search"
          aria-label={t.definition.pickSearch}
          placeholder={t.definition.pickSearch}
          leftSection={<IconSearch size={16} />}
          w={260}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <div className="toolbar-end">
          {picked.size > 0 && (
            <Button variant="subtle" color="gray" onClick={() => setPicked(new Set())}>
              {t.segments.clear}
            </Button>
          )}
          <Button disabled={picked.size === 0} loading={props.busy} onClick={() => void add()}>
            {t.definition.pickAdd(t.number(picked.size))}
          </Button>
        </div>
      </div>
      {found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : found.isPending ? (
        <Loading />
      ) : rows.length === 0 ? (
        <Empty icon={<IconSearch size={28} />} title={t.contacts.noMatch} />
      ) : (
        <Table
          label={t.definition.pick}
          columns={shown}
          rows={rows}
          rowKey={(row) => row.key}
          total={total ?? rows.length}
          onEnd={onEnd}
          rowHeight={42}
          selected={picked}
          onSelect={setPicked}
          selectLabel={t.definition.pickOne}
          selectAll={t.segments.selectAll}
        />
      )}
    </section>
  );
}

const named = (row: RecordRow) => <strong>{row.key}</strong>;
