// Of one list: who has yet to confirm, who joined and left, and what uses it.
import { IconHistory, IconHourglass, IconLink } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useCenters, useListHistory, usePending } from '../../api/marketing';
import { useSegments } from '../../api/queries';
import type { ListDetails, ListEvent, PendingOptIn } from '../../api/wire';
import { RecordKey } from '../../components/RecordKey';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { When } from '../../components/When';
import { t } from '../../texts';

const PENDING: Column<PendingOptIn>[] = [
  {
    key: 'key',
    title: t.list.who,
    width: 'minmax(140px, 1fr)',
    cell: (row) => <RecordKey of={row.key} />,
  },
  {
    key: 'asked',
    title: t.list.asksAgain,
    width: '190px',
    cell: (row) => <When at={row.asked_at} />,
  },
  {
    key: 'expires',
    title: t.list.expires,
    width: '190px',
    cell: (row) => <When at={row.expires_at} />,
  },
  {
    key: 'through',
    title: t.list.through,
    width: 'minmax(140px, 1fr)',
    cell: (row) => <span className="muted">{row.through}</span>,
  },
];

export function Pending({ list }: { list: ListDetails }) {
  const { data, error, refetch } = usePending(String(list.id));
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  if (data.length === 0)
    return (
      <Empty icon={<IconHourglass size={28} />} title={t.list.noPending}>
        {list.double_opt_in ? t.list.noPendingHelp : t.list.noPendingOff}
      </Empty>
    );
  return (
    <Table
      label={t.list.tabs.pending}
      columns={PENDING}
      rows={data}
      rowKey={(row) => row.key}
      rowHeight={42}
    />
  );
}

export function History({ list }: { list: ListDetails }) {
  const { data, error, refetch } = useListHistory(String(list.id));
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  if (data.length === 0) return <Empty icon={<IconHistory size={28} />} title={t.list.noHistory} />;
  const columns: Column<ListEvent>[] = [
    {
      key: 'when',
      title: t.list.when,
      width: '190px',
      cell: (row) => (
        <span className="muted">
          <When at={row.at} />
        </span>
      ),
    },
    {
      key: 'who',
      title: t.list.who,
      width: 'minmax(140px, 1fr)',
      cell: (row) =>
        row.key === null ? (
          <span className="muted">{t.list.gone}</span>
        ) : (
          <RecordKey of={row.key} audience={list.audience} />
        ),
    },
    {
      key: 'change',
      title: t.list.change,
      width: 'minmax(120px, 1fr)',
      cell: (row) => (
        <span className={row.change}>{row.change === 'joined' ? t.list.joined : t.list.left}</span>
      ),
    },
  ];
  return (
    <>
      <p className="muted">{t.list.historyHelp}</p>
      <Table
        label={t.list.tabs.history}
        columns={columns}
        rows={data}
        rowKey={(row) => `${row.version} ${row.key} ${row.change}`}
        rowHeight={40}
      />
    </>
  );
}

/** As the server says it: segment “Name”, subscription center “Name”, form “Name”. */
const USER = /^(.*?) “(.*)”$/;

export function Uses({ list }: { list: ListDetails }) {
  const { data: segments } = useSegments();
  const { data: centers } = useCenters();
  if (list.used_by.length === 0)
    return (
      <Empty icon={<IconLink size={28} />} title={t.list.noUses}>
        {t.list.noUsesHelp}
      </Empty>
    );
  const linked = (kind: string | undefined, name: string | undefined, whole: string) => {
    const segment = segments?.find((one) => one.name === name);
    const center = centers?.find((one) => one.name === name);
    if (kind === 'segment' && segment)
      return (
        <Link to="/segments/$id" params={{ id: segment.id }} className="plain strong">
          {name}
        </Link>
      );
    if (kind === 'subscription center' && center)
      return (
        <Link to="/lists/centers/$id" params={{ id: String(center.id) }} className="plain strong">
          {name}
        </Link>
      );
    if (kind === 'form')
      return (
        <Link to="/lists" search={{ tab: 'forms' }} className="plain strong">
          {name}
        </Link>
      );
    return <strong>{name ?? whole}</strong>;
  };
  return (
    <>
      <p className="muted">{t.list.usesHelp}</p>
      <ul className="card plain-list">
        {list.used_by.map((user) => {
          const [, kind, name] = USER.exec(user) ?? [];
          return (
            <li key={user} className="l-use">
              {linked(kind, name, user)} <span className="muted small">{kind}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
