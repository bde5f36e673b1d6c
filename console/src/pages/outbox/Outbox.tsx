// Messages to people: those that wait, were sent, failed or were cancelled; read, tried again, delivered now.
import { Button, SegmentedControl } from '@mantine/core';
import { IconMail, IconRefresh, IconSend } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { deliverNow, retryMessages, useMail, useOutbox, useOutboxCounts } from '../../api/marketing';
import { useMay } from '../../api/session';
import type { Message as Sent } from '../../api/wire';
import { MailNotice } from '../../components/MailNotice';
import { Message, MessageState, Subject } from '../../components/Message';
import { done } from '../../components/notify';
import { RecordKey } from '../../components/RecordKey';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { useDoing } from '../../components/useDoing';
import { When } from '../../components/When';
import { t } from '../../texts';

const STATES = ['all', 'queued', 'sent', 'failed', 'cancelled'] as const;

export default function Outbox() {
  const search = useSearch({ from: '/inside/lists' });
  const navigate = useNavigate({ from: '/lists' });
  const state = STATES.find((one) => one === search.state) ?? 'all';
  const { data: counts } = useOutboxCounts();
  const { data: mail } = useMail();
  const messages = useOutbox(state);
  const [reading, setReading] = useState<Sent | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { busy, doing } = useDoing();
  const mayRetry = useMay('retry_outbox');
  const mayDeliver = useMay('deliver_outbox');
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = messages;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const rows = messages.data?.pages.flatMap((page) => page.items) ?? [];
  const all = counts ? counts.queued + counts.sent + counts.failed + counts.cancelled : 0;

  const act = (work: () => Promise<string>) =>
    doing(async () => {
      done(await work());
      setSelected(new Set());
    });
  const retry = () =>
    act(async () => t.outbox.retried(t.number(await retryMessages([...selected].map(Number)))));
  const deliver = () =>
    act(async () => {
      const found = await deliverNow();
      const parts = (['sent', 'postponed', 'failed', 'cancelled'] as const).filter((one) => found[one] > 0);
      return t.outbox.delivered(parts.map((one) => t.outbox.deliveredParts[one](t.number(found[one]))));
    });

  const columns: Column<Sent>[] = [
    {
      key: 'subject',
      title: t.outbox.subject,
      width: 'minmax(220px, 3fr)',
      cell: (one) => (
        <>
          <Subject message={one} onRead={setReading} />
          <span className="tags">{t.outbox.kinds[one.kind] ?? one.kind}</span>
        </>
      ),
    },
    {
      key: 'to',
      title: t.outbox.to,
      width: 'minmax(200px, 2fr)',
      cell: (one) => (
        <>
          {one.address}
          <span className="tags">{one.key && <RecordKey of={one.key} />}</span>
        </>
      ),
    },
    {
      key: 'state',
      title: t.outbox.state,
      width: 'minmax(130px, 2fr)',
      cell: (one) => (
        <>
          <MessageState state={one.state} />
          {one.error && (
            <span className="tags" title={one.error}>
              {one.error}
            </span>
          )}
        </>
      ),
    },
    {
      key: 'created',
      title: t.outbox.created,
      width: '170px',
      cell: (one) => (
        <span className="muted">
          <When at={one.created_at} />
        </span>
      ),
    },
    {
      key: 'sent',
      title: t.outbox.sent,
      width: '170px',
      cell: (one) => (
        <span className="muted">
          <When at={one.sent_at} />
        </span>
      ),
    },
  ];
  return (
    <>
      <MailNotice />
      <div className="toolbar">
        <SegmentedControl
          className="wrap-control"
          withItemsBorders={false}
          aria-label={t.outbox.which}
          data={STATES.map((value) => ({
            value,
            label: `${t.outbox.states[value]} ${t.number(value === 'all' ? all : (counts?.[value] ?? 0))}`,
          }))}
          value={state}
          onChange={(next) => {
            setSelected(new Set());
            void navigate({
              search: { tab: 'outbox', state: next === 'all' ? undefined : next },
              replace: true,
            });
          }}
        />
        {mayDeliver && (
          <div className="toolbar-end">
            <Button
              variant="default"
              leftSection={<IconSend size={16} />}
              loading={busy}
              disabled={!mail?.server || !mail.sender}
              onClick={() => void deliver()}
            >
              {t.outbox.deliver}
            </Button>
          </div>
        )}
      </div>
      {state === 'failed' && mayRetry && rows.length > 0 && (
        <div className="bulk" role="toolbar" aria-label={t.segments.selected(t.number(selected.size))}>
          <strong className="number">{t.segments.selected(t.number(selected.size))}</strong>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={15} />}
            loading={busy}
            disabled={selected.size === 0}
            onClick={() => void retry()}
          >
            {t.outbox.retry}
          </Button>
        </div>
      )}
      {messages.error ? (
        <Failed error={messages.error} retry={() => void messages.refetch()} />
      ) : messages.isPending ? (
        <Loading />
      ) : rows.length === 0 ? (
        <Empty icon={<IconMail size={28} />} title={state === 'all' ? t.outbox.none : t.outbox.noneOfState}>
          {state === 'all' && t.outbox.noneHelp}
        </Empty>
      ) : (
        <Table
          label={t.lists.tabs.outbox}
          columns={columns}
          rows={rows}
          rowKey={(one) => String(one.id)}
          rowName={(one) => one.subject}
          onEnd={onEnd}
          rowHeight={56}
          {...(state === 'failed' &&
            mayRetry && {
              selected,
              onSelect: setSelected,
              selectLabel: t.outbox.select,
              selectAll: t.outbox.selectAll,
            })}
        />
      )}
      {reading && <Message message={reading} onClose={() => setReading(null)} />}
    </>
  );
}
