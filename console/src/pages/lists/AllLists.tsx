// The lists, searched and by kind, and making one.
import { Button, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { IconListCheck, IconPlus, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { createList } from '../../api/marketing';
import { useCatalog, useLists } from '../../api/queries';
import { useMay } from '../../api/session';
import type { List } from '../../api/wire';
import { FormDialog } from '../../components/FormDialog';
import { ListKind } from '../../components/ListKind';
import { done } from '../../components/notify';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { When } from '../../components/When';
import { t } from '../../texts';

const CONTACT = 'contact';

const COLUMNS: Column<List>[] = [
  {
    key: 'name',
    title: t.lists.name,
    width: 'minmax(210px, 1fr)',
    cell: (list) => (
      <>
        <Link to="/lists/$id" params={{ id: String(list.id) }} className="plain strong">
          {list.name}
        </Link>
        {list.description && <span className="tags">{list.description}</span>}
      </>
    ),
  },
  {
    key: 'members',
    title: t.lists.members,
    width: '110px',
    align: 'end',
    cell: (list) => t.number(list.size),
  },
  {
    key: 'kind',
    title: t.lists.kind,
    width: '260px',
    cell: (list) => <ListKind list={list} />,
  },
  {
    key: 'pending',
    title: t.lists.pending,
    width: '110px',
    align: 'end',
    cell: (list) => (list.double_opt_in ? t.number(list.pending) : '–'),
  },
  {
    key: 'created',
    title: t.lists.created,
    width: '180px',
    cell: (list) => (
      <span className="muted">
        <When at={list.created_at} />
      </span>
    ),
  },
];

export function AllLists() {
  const { data, error, refetch } = useLists();
  const [search, setSearch] = useState('');
  const [kind, setKind] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const mayMake = useMay('create_list');
  const make = mayMake && (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.lists.create}
    </Button>
  );
  const wanted = search.trim().toLocaleLowerCase();
  const rows = (data ?? []).filter(
    (one) =>
      `${one.name} ${one.description ?? ''}`.toLocaleLowerCase().includes(wanted) &&
      (kind === null || one.is_subscription === (kind === 'subscription')),
  );
  return (
    <>
      {error ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : data.length === 0 ? (
        <Empty icon={<IconListCheck size={28} />} title={t.lists.none} action={make}>
          {t.lists.noneHelp}
        </Empty>
      ) : (
        <>
          <div className="toolbar">
            <TextInput
              aria-label={t.lists.search}
              placeholder={t.lists.search}
              leftSection={<IconSearch size={16} />}
              w={240}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
            <Select
              aria-label={t.lists.which}
              placeholder={t.lists.any}
              w={190}
              clearable
              clearButtonProps={{ 'aria-label': t.lists.any }}
              data={[
                { value: 'subscription', label: t.lists.kinds.subscription },
                { value: 'marketing', label: t.lists.kinds.marketing },
              ]}
              value={kind}
              onChange={setKind}
            />
            <div className="toolbar-end">{make}</div>
          </div>
          {rows.length === 0 ? (
            <Empty icon={<IconSearch size={28} />} title={t.lists.noMatch}>
              {t.lists.noMatchHelp}
            </Empty>
          ) : (
            <Table
              label={t.lists.title}
              columns={COLUMNS}
              rows={rows}
              rowKey={(list) => String(list.id)}
              rowHeight={56}
            />
          )}
        </>
      )}
      {making && <Make onClose={() => setMaking(false)} />}
    </>
  );
}

function Make({ onClose }: { onClose: () => void }) {
  const { data: catalog } = useCatalog();
  const audiences = (catalog?.entities ?? []).filter((one) => one.audience).map((one) => one.name);
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [audience, setAudience] = useState(CONTACT);
  const [subscription, setSubscription] = useState(false);
  const [confirmed, setConfirmed] = useState(false);
  const canSubscribe = audience === CONTACT;
  const submit = async () => {
    const made = await createList({
      name: name.trim(),
      description: description.trim() || undefined,
      audience: audiences.length > 1 ? audience : undefined,
      subscription: subscription && canSubscribe,
      double_opt_in: confirmed && subscription && canSubscribe,
    });
    done(t.lists.made(made.name));
    await navigate({ to: '/lists/$id', params: { id: String(made.id) } });
  };
  return (
    <FormDialog
      title={t.lists.create}
      submit={t.lists.create}
      disabled={!name.trim()}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label={t.lists.name}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t.lists.description}
        description={t.lists.descriptionHelp}
        autosize
        minRows={2}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      {audiences.length > 1 && (
        <Select
          label={t.lists.audience}
          allowDeselect={false}
          data={audiences}
          value={audience}
          onChange={(next) => next && setAudience(next)}
        />
      )}
      <Switch
        label={t.lists.subscription}
        description={canSubscribe ? t.lists.subscriptionHelp : t.lists.subscriptionContacts}
        disabled={!canSubscribe}
        checked={subscription && canSubscribe}
        onChange={(event) => setSubscription(event.currentTarget.checked)}
      />
      {subscription && canSubscribe && (
        <Switch
          label={t.lists.doubleOptIn}
          description={t.lists.doubleOptInHelp}
          checked={confirmed}
          onChange={(event) => setConfirmed(event.currentTarget.checked)}
        />
      )}
    </FormDialog>
  );
}
