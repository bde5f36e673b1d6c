// What a page shows while it waits, when something failed, and when there is nothing yet.
import { Button, Skeleton, Stack } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { t } from '../texts';

export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <Stack gap="sm" role="status" aria-label={t.shell.loading}>
      {Array.from({ length: rows }, (_, i) => (
        <Skeleton key={i} height={i === 0 ? 30 : 18} width={i === 0 ? '40%' : `${96 - (i % 3) * 9}%`} />
      ))}
    </Stack>
  );
}

/** The server's messages begin in lower case, since programs put them behind other words. Keys stay as they are. */
export function sentence(text: string | null | undefined): string {
  const begun = (text ?? '').replace(/^[a-z]+(?=[ ,:;]|$)/, (word) => word[0]?.toUpperCase() + word.slice(1));
  return /[\p{L}\p{N}”’")\]]$/u.test(begun) ? `${begun}.` : begun;
}

export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return [error.message, error.hint].filter(Boolean).map(sentence).join(' ');
  if (error instanceof TypeError) return t.shell.errors.network;
  return error instanceof Error ? error.message : String(error);
}

export function Failed(props: { error: unknown; retry?: () => void; isPage?: boolean }) {
  const { error, retry } = props;
  const Title = props.isPage ? 'h1' : 'h2';
  return (
    <div className="state" role="alert">
      <IconAlertTriangle size={30} stroke={1.5} className="state-bad" aria-hidden />
      <Title>{t.shell.errors.title}</Title>
      <p className="muted">{messageOf(error)}</p>
      {retry && (
        <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={retry}>
          {t.shell.errors.retry}
        </Button>
      )}
    </div>
  );
}

export function Empty(props: {
  icon: ReactNode;
  title: string;
  /** Where nothing else is the head of the page. */
  isPage?: boolean;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const Title = props.isPage ? 'h1' : 'h2';
  return (
    <div className="state">
      <span className="state-icon" aria-hidden>
        {props.icon}
      </span>
      <Title>{props.title}</Title>
      {props.children && <p className="muted">{props.children}</p>}
      {props.action}
    </div>
  );
}
