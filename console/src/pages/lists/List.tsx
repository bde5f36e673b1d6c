// One list: who is on it, and who joins or leaves.
import { Button, Group, Textarea } from '@mantine/core';
import { IconListCheck, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { changeList, deleteList, refreshLists } from '../../api/actions';
import { useContacts, useLists } from '../../api/queries';
import type { RecordRow } from '../../api/types';
import { Ask } from '../../components/Ask';
import { keysIn } from '../../components/keys';
import { May } from '../../components/May';
import { done, failed } from '../../components/notify';
import { Page } from '../../components/Page';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { shown } from '../../components/value';
import { t } from '../../texts';

const SHOWN = ['email', 'first_name', 'last_name'];

export default function List() {
  const { id } = useParams({ from: '/inside/lists/$id' });
  const { data: lists, error } = useLists();
  const list = lists?.find((one) => String(one.id) === id);
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const members = useContacts({ search: '', columns: SHOWN, list: id });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = members;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const rows = useMemo(() => members.data?.pages.flatMap((page) => page.rows) ?? [], [members.data]);
  const total = members.data?.pages[0]?.total ?? rows.length;
  if (error) return <Failed error={error} />;
  if (!lists) return <Loading />;
  if (!list) return <Failed error={new Error(t.shell.errors.notFoundHelp)} />;

  const change = async (what: 'add' | 'remove', keys: string[]) => {
    setBusy(true);
    try {
      const count = await changeList(id, what, keys);
      done(what === 'add' ? t.lists.added(t.number(count)) : t.lists.removed(t.number(count)));
      setText('');
      setSelected(new Set());
      await refreshLists();
    } catch (problem) {
      failed(problem);
    } finally {
      setBusy(false);
    }
  };
  const remove = async () => {
    setBusy(true);
    try {
      await deleteList(id);
      done(t.lists.deleted(list.name));
      await refreshLists();
      await navigate({ to: '/lists' });
    } catch (problem) {
      failed(problem);
      setBusy(false);
    }
  };
  const keys = keysIn(text);
  const columns: Column<RecordRow>[] = [
    {
      key: 'key',
      title: t.members.key,
      width: 'minmax(120px, 1fr)',
      cell: (row) => (
        <Link to="/contacts/$key" params={{ key: row.key }} className="plain strong">
          {row.key}
        </Link>
      ),
    },
    ...SHOWN.map((name) => ({
      key: name,
      title: name,
      width: 'minmax(120px, 1fr)',
      cell: (row: RecordRow) => shown(row.attributes[name]),
    })),
  ];
  return (
    <Page
      title={list.name}
      about={list.description ?? t.members.count(t.number(total))}
      actions={
        <May do="delete_list">
          <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => setAsking(true)}>
            {t.lists.delete}
          </Button>
        </May>
      }
    >
      <div className="list-grid">
        <div>
          {selected.size > 0 && (
            <div className="bulk" role="toolbar" aria-label={t.segments.selected(t.number(selected.size))}>
              <strong className="number">{t.segments.selected(t.number(selected.size))}</strong>
              <Button
                size="xs"
                variant="default"
                loading={busy}
                onClick={() => void change('remove', [...selected])}
              >
                {t.lists.remove}
              </Button>
            </div>
          )}
          {members.isPending ? (
            <Loading />
          ) : rows.length === 0 ? (
            <Empty icon={<IconListCheck size={28} />} title={t.lists.empty}>
              {t.lists.emptyHelp}
            </Empty>
          ) : (
            <Table
              label={t.lists.members}
              columns={columns}
              rows={rows}
              rowKey={(row) => row.key}
              total={total}
              onEnd={onEnd}
              selected={selected}
              onSelect={setSelected}
              selectLabel={t.lists.select}
              selectAll={t.lists.selectAll}
              rowHeight={42}
            />
          )}
        </div>
        <section className="card panel-small">
          <Textarea
            label={t.lists.add}
            description={t.lists.addHelp}
            autosize
            minRows={4}
            maxRows={12}
            classNames={{ input: 'code' }}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group mt="sm">
            <Button loading={busy} disabled={keys.length === 0} onClick={() => void change('add', keys)}>
              {t.lists.add} {keys.length > 0 && t.number(keys.length)}
            </Button>
          </Group>
        </section>
      </div>
      {asking && (
        <Ask
          title={t.lists.deleteTitle(list.name)}
          confirm={t.lists.delete}
          danger
          busy={busy}
          onConfirm={() => void remove()}
          onClose={() => setAsking(false)}
        >
          {t.lists.deleteHelp}
        </Ask>
      )}
    </Page>
  );
}
