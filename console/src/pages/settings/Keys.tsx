// Keys with which programs speak to the workspace.
import { Alert, Button, CopyButton, Modal, Select, Stack, TextInput } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { createKey, deleteKey } from '../../api/actions';
import { useKeys } from '../../api/queries';
import { queryClient } from '../../api/queryClient';
import type { ApiKey } from '../../api/wire';
import { Ask } from '../../components/Ask';
import { done, failed } from '../../components/notify';
import { Empty, Failed, Loading, messageOf } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { When } from '../../components/When';
import { t } from '../../texts';
import { UnitsInput } from './Units';

const ROLES = Object.entries(t.settings.roles).map(([value, label]) => ({ value, label }));
const refresh = () => queryClient.invalidateQueries({ queryKey: ['api-keys'] });

export function Keys() {
  const { data, error, refetch } = useKeys(true);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const [busy, setBusy] = useState(false);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const make = (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.settings.newKey}
    </Button>
  );
  const revoke = async () => {
    if (!revoking) return;
    setBusy(true);
    try {
      await deleteKey(revoking.id);
      done(t.settings.revoked);
      setRevoking(null);
      await refresh();
    } catch (problem) {
      failed(problem);
    } finally {
      setBusy(false);
    }
  };
  const columns: Column<ApiKey>[] = [
    {
      key: 'name',
      title: t.settings.keyName,
      width: 'minmax(160px, 2fr)',
      cell: (key) => <strong>{key.name}</strong>,
    },
    {
      key: 'prefix',
      title: t.settings.tabs.keys,
      width: '140px',
      cell: (key) => <span className="code">{key.prefix}…</span>,
    },
    {
      key: 'role',
      title: t.settings.role,
      width: '130px',
      cell: (key) => t.settings.roles[key.role ?? ''] ?? key.kind,
    },
    {
      key: 'created',
      title: t.settings.created,
      width: '170px',
      cell: (key) => (
        <span className="muted">
          <When at={key.created_at} />
        </span>
      ),
    },
    {
      key: 'used',
      title: t.settings.lastUsed,
      width: '170px',
      cell: (key) => (
        <span className="muted">{key.last_used_at ? <When at={key.last_used_at} /> : t.settings.never}</span>
      ),
    },
    {
      key: 'revoke',
      title: t.settings.revoke,
      isTitleHidden: true,
      width: '100px',
      cell: (key) => (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`${t.settings.revoke} ${key.name}`}
          onClick={() => setRevoking(key)}
        >
          {t.settings.revoke}
        </Button>
      ),
    },
  ];
  return (
    <>
      {data.length === 0 ? (
        <Empty icon={<IconKey size={28} />} title={t.settings.noKeys} action={make}>
          {t.settings.noKeysHelp}
        </Empty>
      ) : (
        <>
          <div className="toolbar">
            <div className="toolbar-end">{make}</div>
          </div>
          <Table
            label={t.settings.tabs.keys}
            columns={columns}
            rows={data}
            rowKey={(key) => String(key.id)}
          />
        </>
      )}
      {making && <Making onClose={() => setMaking(false)} />}
      {revoking && (
        <Ask
          title={t.settings.revokeTitle(revoking.name)}
          confirm={t.settings.revoke}
          danger
          busy={busy}
          onConfirm={() => void revoke()}
          onClose={() => setRevoking(null)}
        >
          {t.settings.revokeHelp}
        </Ask>
      )}
    </>
  );
}

function Making({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState('viewer');
  const [units, setUnits] = useState<string[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const made = await createKey({
        name: name.trim(),
        role,
        scopes: [],
        units: units.length ? units : null,
      });
      setSecret(made.secret ?? '');
      await refresh();
    } catch (problem) {
      setError(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t.settings.newKey}
      closeButtonProps={{ 'aria-label': t.shell.close }}
    >
      {secret !== null ? (
        <Stack gap="md">
          <Alert color="leaf">{t.settings.keyMade}</Alert>
          <code className="secret">{secret}</code>
          <CopyButton value={secret}>
            {({ copied, copy }) => <Button onClick={copy}>{copied ? t.shell.copied : t.shell.copy}</Button>}
          </CopyButton>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            <TextInput
              label={t.settings.keyName}
              data-autofocus
              value={name}
              error={error}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Select
              label={t.settings.role}
              data={ROLES}
              value={role}
              allowDeselect={false}
              onChange={(next) => next && setRole(next)}
            />
            {role !== 'admin' && <UnitsInput value={units} onChange={setUnits} />}
            <Button type="submit" loading={busy} disabled={!name.trim()}>
              {t.settings.newKey}
            </Button>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
