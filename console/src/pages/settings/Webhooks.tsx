// Webhooks: which systems are told of who enters and leaves, and how telling them goes.
import { Button } from '@mantine/core';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useWebhooks } from '../../api/marketing';
import { useSegments } from '../../api/queries';
import { useMay } from '../../api/session';
import type { Webhook as Endpoint } from '../../api/wire';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { t } from '../../texts';
import { Webhook } from './Webhook';
import { WebhookForm } from './WebhookForm';
import './webhooks.css';

export default function Webhooks() {
  const { data, error, refetch } = useWebhooks();
  const { webhook } = useSearch({ from: '/inside/settings' });
  const { data: segments } = useSegments();
  const [making, setMaking] = useState(false);
  const mayMake = useMay('create_webhook');
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const shown = data.find((one) => String(one.id) === webhook);
  if (shown) return <Webhook key={shown.id} webhook={shown} />;
  const make = mayMake && (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.webhooks.create}
    </Button>
  );
  const nameOf = (id: number) => segments?.find((one) => one.id === String(id))?.name ?? `#${id}`;
  const columns: Column<Endpoint>[] = [
    {
      key: 'name',
      title: t.webhooks.name,
      width: 'minmax(220px, 3fr)',
      cell: (one) => (
        <>
          <Link to="/settings" search={{ tab: 'webhooks', webhook: String(one.id) }} className="plain strong">
            {one.name}
          </Link>
          <span className="tags">{one.url}</span>
        </>
      ),
    },
    {
      key: 'segments',
      title: t.webhooks.segments,
      width: 'minmax(180px, 2fr)',
      cell: (one) => (
        <span className="muted">
          {one.segment_ids === null ? t.webhooks.segmentsAll : one.segment_ids.map(nameOf).join(', ')}
        </span>
      ),
    },
    {
      key: 'state',
      title: t.webhooks.state,
      width: 'minmax(140px, 2fr)',
      cell: (one) => (
        <>
          <WebhookState state={one.state} />
          {one.reason && (
            <span className="tags" title={one.reason}>
              {one.reason}
            </span>
          )}
        </>
      ),
    },
    {
      key: 'told',
      title: t.webhooks.told,
      width: '150px',
      cell: (one) => <span className="muted">{t.webhooks.version(t.number(one.version))}</span>,
    },
  ];
  return (
    <>
      {data.length === 0 ? (
        <Empty icon={<IconWebhook size={28} />} title={t.webhooks.none} action={make}>
          {t.webhooks.noneHelp}
        </Empty>
      ) : (
        <>
          <div className="toolbar">
            <div className="toolbar-end">{make}</div>
          </div>
          <Table
            label={t.settings.tabs.webhooks}
            columns={columns}
            rows={data}
            rowKey={(one) => String(one.id)}
            rowHeight={56}
          />
        </>
      )}
      {making && <WebhookForm onClose={() => setMaking(false)} />}
    </>
  );
}

const LOOK: Record<string, string> = { active: 'live', failed: 'failed' };

export function WebhookState({ state }: { state: string }) {
  return (
    <span className="status" data-status={LOOK[state]}>
      {t.webhooks.states[state] ?? state}
    </span>
  );
}
