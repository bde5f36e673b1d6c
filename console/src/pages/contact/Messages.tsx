// What was sent to a contact, and what waits.
import { IconMail } from '@tabler/icons-react';
import { useState } from 'react';
import { useMessagesTo } from '../../api/marketing';
import type { Message as Sent } from '../../api/wire';
import { Message, MessageState, Subject } from '../../components/Message';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { When } from '../../components/When';
import { t } from '../../texts';

export default function Messages({ contact }: { contact: string }) {
  const { data, error, refetch } = useMessagesTo(contact);
  const [reading, setReading] = useState<Sent | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  if (data.length === 0) return <Empty icon={<IconMail size={28} />} title={t.consent.noMessages} />;
  const columns: Column<Sent>[] = [
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
      key: 'subject',
      title: t.outbox.subject,
      width: 'minmax(220px, 3fr)',
      cell: (one) => <Subject message={one} onRead={setReading} />,
    },
    {
      key: 'to',
      title: t.outbox.to,
      width: 'minmax(180px, 2fr)',
      cell: (one) => one.address,
    },
    {
      key: 'state',
      title: t.outbox.state,
      width: '130px',
      cell: (one) => <MessageState state={one.state} />,
    },
  ];
  return (
    <>
      <Table
        label={t.consent.messages}
        columns={columns}
        rows={data}
        rowKey={(one) => String(one.id)}
        rowHeight={44}
      />
      {reading && <Message message={reading} onClose={() => setReading(null)} />}
    </>
  );
}
