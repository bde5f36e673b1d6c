// Who may sign in, and as what.
import { Button, Modal, NativeSelect, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { createUser, deleteUser, passwordLink, patchUser, sendInvitation } from '../../api/actions';
import { useUsers } from '../../api/queries';
import { queryClient } from '../../api/queryClient';
import { useMe, useSetup } from '../../api/session';
import type { User } from '../../api/wire';
import { Ask } from '../../components/Ask';
import { done, failed } from '../../components/notify';
import { Failed, Loading, messageOf } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { When } from '../../components/When';
import { t } from '../../texts';
import { UnitAttributes, UnitsInput, UnitsOf } from './Units';

const ROLES = Object.entries(t.settings.roles).map(([value, label]) => ({ value, label }));
const refresh = () => queryClient.invalidateQueries({ queryKey: ['users'] });

export function People() {
  const { data, error, refetch } = useUsers(true);
  const { data: me } = useMe();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<User | null>(null);
  const { link, invite } = useLinks();
  const [busy, setBusy] = useState(false);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const change = (user: User, role: string) => void patchUser(user.id, { role }).then(refresh).catch(failed);
  const remove = async () => {
    if (!removing) return;
    setBusy(true);
    try {
      await deleteUser(removing.id);
      done(t.settings.removed(removing.name || removing.email));
      setRemoving(null);
      await refresh();
    } catch (problem) {
      failed(problem);
    } finally {
      setBusy(false);
    }
  };
  const columns: Column<User>[] = [
    {
      key: 'name',
      title: t.settings.name,
      width: 'minmax(150px, 1.5fr)',
      cell: (user) => <strong>{user.name}</strong>,
    },
    { key: 'email', title: t.settings.email, width: 'minmax(190px, 2fr)', cell: (user) => user.email },
    {
      key: 'role',
      title: t.settings.role,
      width: '170px',
      cell: (user) =>
        user.email === me?.email ? (
          (t.settings.roles[user.role] ?? user.role)
        ) : (
          <NativeSelect
            size="xs"
            aria-label={t.settings.changeRole(user.name || user.email)}
            data={ROLES}
            value={user.role}
            onChange={(event) => change(user, event.currentTarget.value)}
          />
        ),
    },
    {
      key: 'units',
      title: t.settings.sees,
      width: 'minmax(110px, 1fr)',
      cell: (user) => <UnitsOf user={user} />,
    },
    {
      key: 'since',
      title: t.settings.created,
      width: '170px',
      cell: (user) => (
        <span className="muted">
          <When at={user.created_at} />
        </span>
      ),
    },
    {
      key: 'link',
      title: t.settings.newLink,
      isTitleHidden: true,
      width: '110px',
      cell: (user) =>
        user.email !== me?.email && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t.settings.newLinkFor(user.name || user.email)}
            onClick={() => void invite(user)}
          >
            {t.settings.newLink}
          </Button>
        ),
    },
    {
      key: 'remove',
      title: t.settings.remove,
      isTitleHidden: true,
      width: '100px',
      cell: (user) =>
        user.email !== me?.email && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`${t.settings.remove} ${user.name || user.email}`}
            onClick={() => setRemoving(user)}
          >
            {t.settings.remove}
          </Button>
        ),
    },
  ];
  return (
    <>
      <div className="toolbar">
        <div className="toolbar-end">
          <UnitAttributes />
          <Button leftSection={<IconUserPlus size={17} />} onClick={() => setAdding(true)}>
            {t.settings.invite}
          </Button>
        </div>
      </div>
      <Table
        label={t.settings.tabs.people}
        columns={columns}
        rows={data}
        rowKey={(user) => String(user.id)}
      />
      {adding && <Adding onClose={() => setAdding(false)} onLink={(user) => void invite(user, true)} />}
      {link}
      {removing && (
        <Ask
          title={t.settings.removeTitle(removing.name || removing.email)}
          confirm={t.settings.remove}
          danger
          busy={busy}
          onConfirm={() => void remove()}
          onClose={() => setRemoving(null)}
        >
          {t.settings.removeHelp}
        </Ask>
      )}
    </>
  );
}

/** Sends people links by which they set their password; shows the link where no messages are sent. */
function useLinks() {
  const { data: setup } = useSetup();
  const [address, setAddress] = useState<string | null>(null);
  const invite = async (user: User, isSent = false) => {
    try {
      if (!setup?.mail) {
        setAddress(await passwordLink(user.id));
        return;
      }
      // Whoever is added without a password is sent one by the server itself.
      if (!isSent) await sendInvitation(user.id);
      done(t.settings.invited(user.name || user.email));
    } catch (problem) {
      failed(problem);
    }
  };
  const link = address && (
    <Modal
      opened
      onClose={() => setAddress(null)}
      title={t.settings.link}
      closeButtonProps={{ 'aria-label': t.shell.close }}
    >
      <TextInput
        label={t.settings.linkHelp}
        readOnly
        data-autofocus
        value={address}
        onFocus={(event) => event.currentTarget.select()}
      />
    </Modal>
  );
  return { link, invite };
}

function Adding({ onClose, onLink }: { onClose: () => void; onLink: (user: User) => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState('marketer');
  const [units, setUnits] = useState<string[]>([]);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const made = await createUser({
        name,
        email,
        role,
        password: password || null,
        units: units.length ? units : null,
      });
      if (password) done(t.settings.added(name || email));
      else onLink(made);
      await refresh();
      onClose();
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
      title={t.settings.invite}
      closeButtonProps={{ 'aria-label': t.shell.close }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label={t.settings.name}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={t.settings.email}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Select
            label={t.settings.role}
            data={ROLES}
            value={role}
            allowDeselect={false}
            onChange={(next) => next && setRole(next)}
          />
          {role !== 'admin' && <UnitsInput value={units} onChange={setUnits} />}
          <PasswordInput
            label={t.settings.password}
            description={t.settings.passwordOptional}
            autoComplete="new-password"
            value={password}
            error={error}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" loading={busy} disabled={!email || !name}>
            {t.settings.invite}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
