// Keys with which programs speak to the workspace.
import { Alert, Button, Modal, Stack, TextInput } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { createKey, deleteKey } from '../../api/actions';
import { useKeys } from '../../api/queries';
import { queryClient } from '../../api/queryClient';
import type { ApiKey } from '../../api/wire';
import { Ask } from '../../components/Ask';
import { FormDialog } from '../../components/FormDialog';
import { done } from '../../components/notify';
import { Secret } from '../../components/Secret';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { When } from '../../components/When';
import { t } from '../../texts';
import { type Access, RoleAndUnits } from './RoleAndUnits';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['api-keys'] });

export function Keys() {
  const { data, error, refetch } = useKeys(true);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const make = (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.settings.newKey}
    </Button>
  );
  const revoke = async (key: ApiKey) => {
    await deleteKey(key.id);
    done(t.settings.revoked);
    await refresh();
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
          onConfirm={() => revoke(revoking)}
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
  const [access, setAccess] = useState<Access>({ role: 'viewer', units: null });
  const [secret, setSecret] = useState<string | null>(null);
  const make = async () => {
    const made = await createKey({ name: name.trim(), scopes: [], ...access });
    setSecret(made.secret ?? '');
    await refresh();
  };
  if (secret !== null)
    return (
      <Modal opened onClose={onClose} title={t.settings.newKey} closeOnClickOutside={false}>
        <Stack gap="md">
          <Alert color="leaf">{t.settings.keyMade}</Alert>
          <Secret value={secret} onDone={onClose} />
        </Stack>
      </Modal>
    );
  return (
    <FormDialog
      title={t.settings.newKey}
      submit={t.settings.newKey}
      disabled={!name.trim()}
      onSubmit={make}
      onClose={onClose}
    >
      <TextInput
        label={t.settings.keyName}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleAndUnits value={access} onChange={setAccess} />
    </FormDialog>
  );
}
