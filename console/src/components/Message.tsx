// A message to somebody: what it says, and where it stands.
import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Message as Sent } from '../api/wire';
import { t } from '../texts';
import { Facts } from './Facts';
import { RecordKey } from './RecordKey';
import { When } from './When';

export function MessageState({ state }: { state: string }) {
  return (
    <span className="status" data-status={LOOK[state]}>
      {t.outbox.states[state] ?? state}
    </span>
  );
}

const LOOK: Record<string, string> = { sent: 'live', failed: 'failed', queued: 'going_live' };

export function Message({ message, onClose }: { message: Sent; onClose: () => void }) {
  const facts: [string, ReactNode][] = [
    [
      t.outbox.to,
      <>
        {message.address} {message.key && <RecordKey of={message.key} />}
      </>,
    ],
    [t.outbox.kind, t.outbox.kinds[message.kind] ?? message.kind],
    [t.outbox.state, <MessageState key="s" state={message.state} />],
    [t.outbox.created, <When key="c" at={message.created_at} />],
  ];
  if (message.sent_at) facts.push([t.outbox.sent, <When key="t" at={message.sent_at} />]);
  if (message.state === 'queued' && message.attempts > 0 && message.next_at)
    facts.push([t.outbox.next, <When key="n" at={message.next_at} />]);
  if (message.attempts > 0) facts.push([t.outbox.attempts, t.number(message.attempts)]);
  if (message.error) facts.push([t.outbox.error, message.error]);
  return (
    <Modal opened onClose={onClose} size="lg" title={message.subject}>
      <Facts facts={facts} />
      <h3 className="m-head">{t.outbox.body}</h3>
      <pre className="pre">{message.body}</pre>
    </Modal>
  );
}

/** The button that opens a message. */
export function Subject({ message, onRead }: { message: Sent; onRead: (message: Sent) => void }) {
  return (
    <button
      type="button"
      className="link-button strong"
      aria-label={t.outbox.read(message.subject)}
      onClick={() => onRead(message)}
    >
      {message.subject}
    </button>
  );
}
