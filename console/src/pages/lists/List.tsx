// One list: who is on it, who has yet to confirm, who joined and left, whom of them one may write to, what uses it.
import { Button, Tabs } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useList } from '../../api/marketing';
import { useMay } from '../../api/session';
import type { ListDetails } from '../../api/wire';
import { ListKind } from '../../components/ListKind';
import { May } from '../../components/May';
import { Page } from '../../components/Page';
import { Reach } from '../../components/Reach';
import { Failed, Loading } from '../../components/states';
import { TabBar } from '../../components/TabBar';
import { t } from '../../texts';
import { Add } from './Add';
import { History, Pending, Uses } from './ListParts';
import { Members } from './Members';
import { Settings } from './Settings';
import './lists.css';

const TABS = ['members', 'pending', 'history', 'reach', 'uses', 'settings'] as const;

export default function List() {
  const { id } = useParams({ from: '/inside/lists/$id' });
  const { data, error, refetch } = useList(id);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={8} />;
  return <Opened key={data.id} list={data} />;
}

function Opened({ list }: { list: ListDetails }) {
  const search = useSearch({ from: '/inside/lists/$id' });
  const navigate = useNavigate({ from: '/lists/$id' });
  const [adding, setAdding] = useState(false);
  const maySee = useMay('list_list_members');
  const mayChange = useMay('change_list');
  const shown = TABS.filter(
    (one) =>
      (one !== 'pending' || (list.is_subscription && maySee)) &&
      (one !== 'settings' || mayChange) &&
      ((one !== 'members' && one !== 'history') || maySee),
  );
  const tab = shown.find((one) => one === search.tab) ?? shown[0] ?? 'reach';
  return (
    <Page
      title={list.name}
      about={
        <>
          <span className="l-facts">
            <ListKind list={list} />
            <strong className="number">
              {list.audience === 'contact'
                ? t.segment.members(t.number(list.size), list.size === 1)
                : t.members.count(t.number(list.size))}
            </strong>
          </span>
          {list.description && <p className="flush">{list.description}</p>}
        </>
      }
      actions={
        <May do="add_list_members">
          <Button leftSection={<IconUserPlus size={17} />} onClick={() => setAdding(true)}>
            {t.list.addPeople}
          </Button>
        </May>
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => void navigate({ search: { tab: next ?? undefined }, replace: true })}
      >
        <TabBar open={tab}>
          {shown.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t.list.tabs[one]}
              {one === 'pending' && list.pending > 0 && ` ${t.number(list.pending)}`}
            </Tabs.Tab>
          ))}
        </TabBar>
        <Tabs.Panel value={tab} tabIndex={-1}>
          {tab === 'members' && <Members list={list} />}
          {tab === 'pending' && <Pending list={list} />}
          {tab === 'history' && <History list={list} />}
          {tab === 'reach' && (
            <section className="card panel l-reach">
              <h2>{t.reach.title}</h2>
              <p className="muted">{t.reach.help}</p>
              <Reach of={{ list: list.id }} />
            </section>
          )}
          {tab === 'uses' && <Uses list={list} />}
          {tab === 'settings' && <Settings list={list} />}
        </Tabs.Panel>
      </Tabs>
      {adding && <Add list={list} onClose={() => setAdding(false)} />}
    </Page>
  );
}
