// People, keys, what was done, and one's own account.
import { Alert, Button, Group, PasswordInput, Stack, Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import { changePassword } from '../../api/actions';
import { useAudit } from '../../api/queries';
import { useMay, useMe } from '../../api/session';
import type { Audit } from '../../api/wire';
import { done } from '../../components/notify';
import { Page } from '../../components/Page';
import { Failed, Loading, messageOf } from '../../components/states';
import { TabBar } from '../../components/TabBar';
import { type Column, Table } from '../../components/Table';
import { When } from '../../components/When';
import { t } from '../../texts';
import { Keys } from './Keys';
import { Mail } from './Mail';
import { People } from './People';

const Webhooks = lazy(() => import('./Webhooks'));

const TABS = ['me', 'people', 'keys', 'mail', 'webhooks', 'audit'] as const;

export default function Settings() {
  const search = useSearch({ from: '/inside/settings' });
  const navigate = useNavigate({ from: '/settings' });
  const may = {
    me: true,
    people: useMay('list_users'),
    keys: useMay('list_api_keys'),
    mail: useMay('show_mail_settings'),
    webhooks: useMay('list_webhooks'),
    audit: useMay('list_audit'),
  };
  const shown = TABS.filter((one) => may[one]);
  const tab = shown.find((one) => one === search.tab) ?? 'me';
  return (
    <Page title={t.settings.title} about={t.settings.about}>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => void navigate({ search: { tab: next ?? undefined }, replace: true })}
      >
        <TabBar open={tab}>
          {shown.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t.settings.tabs[one]}
            </Tabs.Tab>
          ))}
        </TabBar>
        <Tabs.Panel value={tab} tabIndex={-1}>
          {tab === 'me' && <Account />}
          {tab === 'people' && <People />}
          {tab === 'keys' && <Keys />}
          {tab === 'mail' && <Mail />}
          {tab === 'webhooks' && (
            <Suspense fallback={<Loading />}>
              <Webhooks />
            </Suspense>
          )}
          {tab === 'audit' && <Log />}
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Account() {
  const { data: me } = useMe();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await changePassword(old, next);
      done(t.settings.passwordChanged);
      setOld('');
      setNext('');
    } catch (problem) {
      setError(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card account-card">
      <p className="flush">
        <strong>{me?.name}</strong> · {me?.email} · {t.settings.roles[me?.role ?? ''] ?? me?.role}
      </p>
      <form onSubmit={submit}>
        <h2>{t.settings.changePassword}</h2>
        <Stack gap="md">
          <input type="hidden" autoComplete="username" value={me?.email ?? ''} readOnly />
          <PasswordInput
            label={t.settings.oldPassword}
            autoComplete="current-password"
            value={old}
            onChange={(event) => setOld(event.currentTarget.value)}
          />
          <PasswordInput
            label={t.settings.newPassword}
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          {error && (
            <Alert color="red" role="alert">
              {error}
            </Alert>
          )}
          <Group>
            <Button type="submit" loading={busy} disabled={!old || !next}>
              {t.settings.changePassword}
            </Button>
          </Group>
        </Stack>
      </form>
    </section>
  );
}

const COLUMNS: Column<Audit>[] = [
  {
    key: 'at',
    title: t.settings.when,
    width: '180px',
    cell: (row) => (
      <span className="muted">
        <When at={row.at} />
      </span>
    ),
  },
  { key: 'actor', title: t.settings.who, width: 'minmax(150px, 1fr)', cell: (row) => row.actor },
  {
    key: 'action',
    title: t.settings.what,
    width: 'minmax(170px, 1fr)',
    cell: (row) => row.action.replace(/[_.]/g, ' '),
  },
  { key: 'target', title: t.settings.on, width: 'minmax(150px, 1.5fr)', cell: (row) => row.target ?? '' },
];

function Log() {
  const audit = useAudit(true);
  if (audit.error) return <Failed error={audit.error} retry={() => void audit.refetch()} />;
  if (!audit.data) return <Loading />;
  const rows = audit.data.pages.flatMap((page) => page.items);
  if (rows.length === 0) return <p className="muted">{t.settings.noAudit}</p>;
  return (
    <Table
      label={t.settings.tabs.audit}
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => String(row.id)}
      rowHeight={42}
      onEnd={() => {
        if (audit.hasNextPage && !audit.isFetchingNextPage) void audit.fetchNextPage();
      }}
    />
  );
}
