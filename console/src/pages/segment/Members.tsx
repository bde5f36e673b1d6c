// The members: any number of them, searched, with the columns that are wanted, exported, asked about.
import { Button, Menu, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconDownload, IconHelpCircle, IconSearch, IconUsers } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { changeStatic, refreshSegments } from '../../api/actions';
import { exportUrl, useMembers } from '../../api/queries';
import { useMay } from '../../api/session';
import type { RecordRow, SegmentDetail } from '../../api/types';
import { Columns } from '../../components/Columns';
import { done } from '../../components/notify';
import { useColumns, useRows } from '../../components/records';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { useDoing } from '../../components/useDoing';
import { t } from '../../texts';
import { Why } from './Why';

export default function Members({ detail }: { detail: SegmentDetail }) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), 180);
  const [at, setAt] = useState('');
  const { offered, columns, setChosen, ofTable } = useColumns(detail.audience);
  const hasMembers = detail.status === 'live' || detail.status === 'failed' || detail.kind === 'static';
  const members = useMembers(detail.id, { search: asked, columns, at }, hasMembers);
  const { rows, total, onEnd } = useRows(members);
  const navigate = useNavigate({ from: '/segments/$id' });
  const { why } = useSearch({ from: '/inside/segments/$id' });
  const mayAsk = useMay('explain_segment');
  const mayExport = useMay('export_segment_members');
  const mayTake = useMay('remove_segment_members') && detail.kind === 'static' && !at;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { busy, doing } = useDoing();
  const take = () =>
    doing(async () => {
      const { changed } = await changeStatic(detail.id, 'remove', [...selected]);
      done(t.definition.removed(t.number(changed)));
      setSelected(new Set());
      await refreshSegments(detail.id);
    });
  const ask = (key: string | undefined) => void navigate({ search: (before) => ({ ...before, why: key }) });

  const asking = useRef(ask);
  asking.current = ask;
  const shownColumns = useMemo(
    () => (mayAsk ? [...ofTable, whyColumn((key) => asking.current(key))] : ofTable),
    [ofTable, mayAsk],
  );

  if (!hasMembers)
    return (
      <Empty icon={<IconUsers size={28} />} title={t.members.draft}>
        {t.members.draftHelp}
      </Empty>
    );
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
      {selected.size > 0 && (
        <div className="bulk" role="toolbar" aria-label={t.segments.selected(t.number(selected.size))}>
          <strong className="number">{t.segments.selected(t.number(selected.size))}</strong>
          <Button size="xs" variant="default" loading={busy} onClick={() => void take()}>
            {t.members.take}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={() => setSelected(new Set())}>
            {t.segments.clear}
          </Button>
        </div>
      )}
      {members.error ? (
        <Failed error={members.error} retry={() => void members.refetch()} />
      ) : members.isPending ? (
        <Loading rows={9} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconUsers size={28} />} title={asked ? t.members.noneFound : t.members.none}>
          {asked ? null : detail.kind === 'static' ? t.members.noneStatic : t.members.noneHelp}
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
          {...(mayTake && {
            selected,
            onSelect: setSelected,
            selectLabel: t.members.select,
            selectAll: t.segments.selectAll,
          })}
        />
      )}
      {why && <Why segment={detail} contact={why} onClose={() => ask(undefined)} />}
    </>
  );
}

function whyColumn(ask: (key: string) => void): Column<RecordRow> {
  return {
    key: 'why',
    title: t.members.why,
    width: '92px',
    cell: (row) => (
      <button
        type="button"
        className="t-ask"
        aria-label={t.members.whyOf(row.key)}
        onClick={() => ask(row.key)}
      >
        <IconHelpCircle size={14} aria-hidden /> {t.members.why}
      </button>
    ),
  };
}
