// The lists, and making one.
import { Button, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { IconListCheck, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { createList, refreshLists } from '../../api/actions';
import { useLists } from '../../api/queries';
import { useMay } from '../../api/session';
import type { List } from '../../api/wire';
import { done } from '../../components/notify';
import { Page } from '../../components/Page';
import { Empty, Failed, Loading, messageOf } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { t } from '../../texts';

const COLUMNS: Column<List>[] = [
  {
    key: 'name',
    title: t.lists.name,
    width: 'minmax(200px, 2fr)',
    cell: (list) => (
      <Link to="/lists/$id" params={{ id: String(list.id) }} className="plain strong">
        {list.name}
      </Link>
    ),
  },
  {
    key: 'description',
    title: t.lists.description,
    width: 'minmax(180px, 3fr)',
    cell: (list) => <span className="muted">{list.description}</span>,
  },
  {
    key: 'members',
    title: t.lists.members,
    width: '120px',
    align: 'end',
    cell: (list) => (list.size === undefined ? '–' : t.number(list.size)),
  },
];

export default function Lists() {
  const { data, error, refetch } = useLists();
  const [making, setMaking] = useState(false);
  const mayMake = useMay('create_list');
  const make = mayMake && (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.lists.create}
    </Button>
  );
  return (
    <Page title={t.lists.title} about={t.lists.about} actions={make}>
      {error ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : data.length === 0 ? (
        <Empty icon={<IconListCheck size={28} />} title={t.lists.none} action={make}>
          {t.lists.noneHelp}
        </Empty>
      ) : (
        <Table label={t.lists.title} columns={COLUMNS} rows={data} rowKey={(list) => String(list.id)} />
      )}
      {making && <Make onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Make({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await createList(name.trim(), description.trim());
      await refreshLists();
      done(t.lists.made(name.trim()));
      onClose();
    } catch (problem) {
      setError(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t.lists.create} closeButtonProps={{ 'aria-label': t.shell.close }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label={t.lists.name}
            data-autofocus
            value={name}
            error={error}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label={t.lists.description}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Button type="submit" loading={busy} disabled={!name.trim()}>
            {t.lists.create}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
