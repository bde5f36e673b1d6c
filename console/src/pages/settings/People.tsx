// Who may sign in, and as what.
import { Button, Modal, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { createUser, deleteUser, passwordLink, patchUser, sendInvitation } from '../../api/actions';
import { useUsers } from '../../api/queries';
import { queryClient } from '../../api/queryClient';
import { useMe, useSetup } from '../../api/session';
import type { User } from '../../api/wire';
import { Ask } from '../../components/Ask';
import { FormDialog } from '../../components/FormDialog';
import { done, failed } from '../../components/notify';
import { Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { When } from '../../components/When';
import { t } from '../../texts';
import { type Access, ROLES, RoleAndUnits } from './RoleAndUnits';
import { UnitAttributes, UnitsOf } from './Units';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['users'] });

export function People() {
  const { data, error, refetch } = useUsers(true);
  const { data: me } = useMe();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<User | null>(null);
  const { link, invite } = useLinks();
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const change = (user: User, role: string) => void patchUser(user.id, { role }).then(refresh).catch(failed);
  const remove = async (user: User) => {
    await deleteUser(user.id);
    done(t.settings.removed(user.name || user.email));
    await refresh();
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
          onConfirm={() => remove(removing)}
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
    <Modal opened onClose={() => setAddress(null)} title={t.settings.link}>
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
  const [access, setAccess] = useState<Access>({ role: 'marketer', units: null });
  const add = async () => {
    const made = await createUser({ name, email, password: password || null, ...access });
    if (password) done(t.settings.added(name || email));
    else onLink(made);
    await refresh();
    onClose();
  };
  return (
    <FormDialog
      title={t.settings.invite}
      submit={t.settings.invite}
      disabled={!email || !name}
      onSubmit={add}
      onClose={onClose}
    >
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
      <RoleAndUnits value={access} onChange={setAccess} />
      <PasswordInput
        label={t.settings.password}
        description={t.settings.passwordOptional}
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
