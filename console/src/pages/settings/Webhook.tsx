// One webhook: where it stands, every attempt to deliver, and pausing, resuming and trying it.
import { Button, Group, Radio, Stack } from '@mantine/core';
import {
  IconBolt,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
  IconWebhook,
} from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useLive } from '../../api/live';
import { changeWebhook, deleteWebhook, testWebhook, useDeliveries } from '../../api/marketing';
import { useSegments } from '../../api/queries';
import type { Webhook as Endpoint, WebhookDelivery } from '../../api/wire';
import { Ask } from '../../components/Ask';
import { Facts } from '../../components/Facts';
import { FormDialog } from '../../components/FormDialog';
import { May } from '../../components/May';
import { done } from '../../components/notify';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { useDoing } from '../../components/useDoing';
import { When } from '../../components/When';
import { t } from '../../texts';
import { WebhookForm } from './WebhookForm';
import { WebhookState } from './Webhooks';

type Dialog = 'edit' | 'resume' | 'delete' | null;

export function Webhook({ webhook }: { webhook: Endpoint }) {
  const navigate = useNavigate();
  const { data: segments } = useSegments();
  const { version } = useLive();
  const [dialog, setDialog] = useState<Dialog>(null);
  const { busy, doing } = useDoing();
  const close = () => setDialog(null);
  const change = async (to: { state: 'paused' | 'active'; skip?: boolean }, told: string) => {
    await changeWebhook(webhook.id, to);
    done(told);
  };
  const test = () =>
    doing(async () => {
      const answer = await testWebhook(webhook.id);
      const isGood = answer.status !== null && answer.status < 300;
      if (!isGood) throw new Error(t.webhooks.testBad(answer.error ?? `HTTP ${answer.status}`));
      done(t.webhooks.testGood(answer.status ?? 0, t.number(answer.duration_ms)));
    });
  const nameOf = (id: number) => segments?.find((one) => one.id === String(id))?.name ?? `#${id}`;
  const behind = version - webhook.version;
  const facts: [string, ReactNode][] = [
    [
      t.webhooks.url,
      <span key="u" className="code">
        {webhook.url}
      </span>,
    ],
    [
      t.webhooks.segments,
      webhook.segment_ids === null ? t.webhooks.segmentsAll : webhook.segment_ids.map(nameOf).join(', '),
    ],
    [t.webhooks.changes, webhook.changes.map((one) => t.webhooks[one]).join(', ')],
    [
      t.webhooks.told,
      <>
        {t.webhooks.version(t.number(webhook.version))}
        {webhook.state !== 'active' && behind > 0 && (
          <span className="muted"> ({t.webhooks.behind(t.number(behind))})</span>
        )}
      </>,
    ],
  ];
  if (webhook.reason)
    facts.push([
      t.webhooks.reason,
      <span key="r" className="down">
        {webhook.reason}
      </span>,
    ]);
  if (webhook.next_at) facts.push([t.webhooks.next, <When key="n" at={webhook.next_at} />]);
  return (
    <div className="stack">
      <section className="card panel">
        <Link to="/settings" search={{ tab: 'webhooks' }} className="small">
          {t.webhooks.back}
        </Link>
        <div className="wh-head">
          <h2>
            {webhook.name} <WebhookState state={webhook.state} />
          </h2>
          <May do="change_webhook">
            <Group gap="xs">
              <Button
                size="xs"
                variant="default"
                leftSection={<IconBolt size={15} />}
                loading={busy}
                onClick={() => void test()}
              >
                {t.webhooks.test}
              </Button>
              {webhook.state === 'active' ? (
                <Button
                  size="xs"
                  variant="default"
                  leftSection={<IconPlayerPause size={15} />}
                  onClick={() => void doing(() => change({ state: 'paused' }, t.webhooks.paused))}
                >
                  {t.webhooks.pause}
                </Button>
              ) : (
                <Button
                  size="xs"
                  leftSection={<IconPlayerPlay size={15} />}
                  onClick={() => setDialog('resume')}
                >
                  {t.webhooks.resume}
                </Button>
              )}
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPencil size={15} />}
                onClick={() => setDialog('edit')}
              >
                {t.webhooks.edit}
              </Button>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconTrash size={15} />}
                onClick={() => setDialog('delete')}
              >
                {t.webhooks.delete}
              </Button>
            </Group>
          </May>
        </div>
        <Facts facts={facts} />
      </section>
      <Deliveries webhook={webhook} nameOf={nameOf} />
      {dialog === 'edit' && <WebhookForm webhook={webhook} onClose={close} />}
      {dialog === 'resume' && (
        <Resume
          name={webhook.name}
          onClose={close}
          onResume={(skip) => change({ state: 'active', skip }, t.webhooks.resumed)}
        />
      )}
      {dialog === 'delete' && (
        <Ask
          title={t.webhooks.deleteTitle(webhook.name)}
          confirm={t.webhooks.delete}
          danger
          onConfirm={async () => {
            await deleteWebhook(webhook.id);
            done(t.webhooks.deleted(webhook.name));
            await navigate({ to: '/settings', search: { tab: 'webhooks' } });
          }}
          onClose={close}
        >
          {t.webhooks.deleteHelp}
        </Ask>
      )}
    </div>
  );
}

function Resume(props: { name: string; onClose: () => void; onResume: (skip: boolean) => Promise<void> }) {
  const [from, setFrom] = useState<'stopped' | 'now'>('stopped');
  const resume = async () => {
    await props.onResume(from === 'now');
    props.onClose();
  };
  return (
    <FormDialog
      title={t.webhooks.resumeTitle(props.name)}
      submit={t.webhooks.resume}
      onSubmit={resume}
      onClose={props.onClose}
    >
      <Radio.Group
        aria-label={t.webhooks.resume}
        value={from}
        onChange={(next) => setFrom(next as typeof from)}
      >
        <Stack gap="sm">
          <Radio value="stopped" label={t.webhooks.resumeFrom} description={t.webhooks.resumeFromHelp} />
          <Radio value="now" label={t.webhooks.resumeSkip} description={t.webhooks.resumeSkipHelp} />
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}

function Deliveries({ webhook, nameOf }: { webhook: Endpoint; nameOf: (id: number) => string }) {
  const deliveries = useDeliveries(webhook.id);
  if (deliveries.error) return <Failed error={deliveries.error} retry={() => void deliveries.refetch()} />;
  if (!deliveries.data) return <Loading />;
  const rows = deliveries.data.pages.flatMap((page) => page.items);
  const columns: Column<WebhookDelivery>[] = [
    {
      key: 'at',
      title: t.webhooks.at,
      width: '180px',
      cell: (one) => (
        <span className="muted">
          <When at={one.at} />
        </span>
      ),
    },
    {
      key: 'segment',
      title: t.webhooks.segment,
      width: 'minmax(150px, 2fr)',
      cell: (one) => (
        <Link to="/segments/$id" params={{ id: String(one.segment_id) }} className="plain strong">
          {nameOf(one.segment_id)}
        </Link>
      ),
    },
    {
      key: 'count',
      title: t.webhooks.count,
      width: '90px',
      align: 'end',
      cell: (one) => t.number(one.count),
    },
    {
      key: 'attempt',
      title: t.webhooks.attempt,
      width: '90px',
      align: 'end',
      cell: (one) => t.number(one.attempt),
    },
    {
      key: 'answer',
      title: t.webhooks.answer,
      width: 'minmax(170px, 3fr)',
      cell: (one) => (
        <span className={one.error === null ? 'up' : 'down'} title={one.error ?? undefined}>
          {[one.status, one.error].filter((part) => part !== null).join(' · ')}
        </span>
      ),
    },
    {
      key: 'took',
      title: t.webhooks.duration,
      width: '100px',
      align: 'end',
      cell: (one) => <span className="muted">{t.webhooks.ms(t.number(one.duration_ms))}</span>,
    },
  ];
  if (rows.length === 0)
    return (
      <Empty icon={<IconWebhook size={28} />} title={t.webhooks.logNone}>
        {t.webhooks.logNoneHelp}
      </Empty>
    );
  return (
    <Table
      label={t.webhooks.log}
      columns={columns}
      rows={rows}
      rowKey={(one) => String(one.id)}
      rowHeight={42}
      onEnd={() => {
        if (deliveries.hasNextPage && !deliveries.isFetchingNextPage) void deliveries.fetchNextPage();
      }}
    />
  );
}
