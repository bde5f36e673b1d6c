// Lists, subscription centers, forms and messages: who gets what, and how people say so.
import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useOutboxCounts } from '../../api/marketing';
import { useMay } from '../../api/session';
import { Page } from '../../components/Page';
import { Loading } from '../../components/states';
import { TabBar } from '../../components/TabBar';
import { t } from '../../texts';
import { AllLists } from './AllLists';
import './lists.css';

const Centers = lazy(() => import('../centers/Centers'));
const Forms = lazy(() => import('../forms/Forms'));
const Outbox = lazy(() => import('../outbox/Outbox'));

const TABS = ['lists', 'centers', 'forms', 'outbox'] as const;

export default function Lists() {
  const search = useSearch({ from: '/inside/lists' });
  const navigate = useNavigate({ from: '/lists' });
  const { data: counts } = useOutboxCounts();
  const mayRead = useMay('list_outbox');
  const shown = TABS.filter((one) => one !== 'outbox' || mayRead);
  const tab = shown.find((one) => one === search.tab) ?? 'lists';
  const failed = counts?.failed ?? 0;
  return (
    <Page title={t.lists.title} about={t.lists.about} wide={tab === 'outbox'}>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({
            search: { tab: next === 'lists' ? undefined : (next ?? undefined) },
            replace: true,
          })
        }
      >
        <TabBar open={tab}>
          {shown.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t.lists.tabs[one]}
              {one === 'outbox' && failed > 0 && (
                <span className="count-bad">
                  {t.number(failed)} <span className="visually-hidden">{t.outbox.states.failed}</span>
                </span>
              )}
            </Tabs.Tab>
          ))}
        </TabBar>
        <Tabs.Panel value={tab} tabIndex={-1}>
          <Suspense fallback={<Loading />}>
            {tab === 'lists' && <AllLists />}
            {tab === 'centers' && <Centers />}
            {tab === 'forms' && <Forms />}
            {tab === 'outbox' && <Outbox />}
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
