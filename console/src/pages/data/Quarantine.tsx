// Rows that could not be taken, each with its reason, and trying them again.
import { Button } from '@mantine/core';
import { IconRefresh, IconShieldCheck } from '@tabler/icons-react';
import { refreshData, replayQuarantine } from '../../api/actions';
import { useQuarantine } from '../../api/queries';
import type { Quarantined } from '../../api/wire';
import { done } from '../../components/notify';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { useDoing } from '../../components/useDoing';
import { When } from '../../components/When';
import { t } from '../../texts';

const COLUMNS: Column<Quarantined>[] = [
  {
    key: 'message',
    title: t.data.reason,
    width: 'minmax(260px, 2fr)',
    cell: (row) => <span title={row.message}>{row.message}</span>,
  },
  { key: 'target', title: t.data.target, width: '140px', cell: (row) => row.target },
  {
    key: 'row',
    title: t.data.row,
    width: 'minmax(240px, 2fr)',
    cell: (row) => (
      <span className="code muted" title={JSON.stringify(row.row)}>
        {JSON.stringify(row.row)}
      </span>
    ),
  },
  {
    key: 'at',
    title: t.data.at,
    width: '170px',
    cell: (row) => (
      <span className="muted">
        <When at={row.at} />
      </span>
    ),
  },
];

export default function Quarantine() {
  const { data, error, refetch } = useQuarantine(true);
  const { busy, doing } = useDoing();
  const replay = async () => {
    const receipt = await replayQuarantine();
    done(t.data.replayed(t.number(receipt.accepted)));
    await refreshData();
  };
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  if (data.items.length === 0)
    return (
      <Empty icon={<IconShieldCheck size={28} />} title={t.data.quarantineNone}>
        {t.data.quarantineNoneHelp}
      </Empty>
    );
  return (
    <>
      <div className="toolbar">
        <span className="muted">{t.home.quarantine(t.number(data.total ?? data.items.length))}</span>
        <div className="toolbar-end">
          <Button
            variant="default"
            loading={busy}
            leftSection={<IconRefresh size={16} />}
            onClick={() => void doing(replay)}
          >
            {t.data.replay}
          </Button>
        </div>
      </div>
      <Table
        label={t.data.tabs.quarantine}
        columns={COLUMNS}
        rows={data.items}
        rowKey={(row) => String(row.id)}
        rowHeight={42}
      />
    </>
  );
}
