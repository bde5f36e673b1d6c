// The page of a segment: its head with what can be done, and its tabs.
import { Tabs } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useSegment } from '../../api/queries';
import { useMay } from '../../api/session';
import type { SegmentDetail } from '../../api/types';
import { Leaving } from '../../components/Leaving';
import { Page } from '../../components/Page';
import { Status } from '../../components/Status';
import { Failed, Loading } from '../../components/states';
import { TabBar } from '../../components/TabBar';
import { t } from '../../texts';
import { Actions } from './Actions';
import './segment.css';
import { type Draft, useDraft } from './useDraft';

const General = lazy(() => import('./General'));
const Definition = lazy(() => import('./Definition'));
const Static = lazy(() => import('./Static'));
const Members = lazy(() => import('./Members'));
const Insights = lazy(() => import('./Insights'));
const Related = lazy(() => import('./Related'));
const History = lazy(() => import('./History'));

const TABS = ['general', 'definition', 'members', 'insights', 'related', 'history'] as const;
type Tab = (typeof TABS)[number];

export default function Segment() {
  const { id } = useParams({ from: '/inside/segments/$id' });
  const { data, error, refetch } = useSegment(id);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={8} />;
  return <Opened key={data.id} detail={data} />;
}

function Opened({ detail }: { detail: SegmentDetail }) {
  const search = useSearch({ from: '/inside/segments/$id' });
  const navigate = useNavigate({ from: '/segments/$id' });
  const isDraft = detail.status === 'draft';
  const [beside, setBeside] = useState(detail.draft !== null && !isDraft);
  const mayChange = useMay('change_segment');
  const editable = mayChange && (isDraft || (beside && detail.status !== 'going_live'));
  const draft = useDraft(detail, editable);
  const wanted = TABS.find((tab) => tab === search.tab);
  const tab: Tab = wanted ?? (isDraft ? 'definition' : 'members');
  return (
    <Page
      title={detail.name}
      wide
      about={
        <span className="s-facts">
          <Status status={detail.status} />
          <span>{t.kind[detail.kind]}</span>
          {detail.size !== null && (
            <strong className="number">{t.segment.members(t.number(detail.size), detail.size === 1)}</strong>
          )}
          {detail.reason && <span className="s-reason">{detail.reason}</span>}
        </span>
      }
      actions={mayChange && <Actions detail={detail} draft={draft} beside={beside} setBeside={setBeside} />}
    >
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next ?? undefined }, replace: true })}
        keepMounted={false}
      >
        <TabBar open={tab}>
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t.segment.tabs[one]}
            </Tabs.Tab>
          ))}
        </TabBar>
        <Tabs.Panel value={tab} tabIndex={-1}>
          <Suspense fallback={<Loading />}>
            <Body tab={tab} detail={detail} draft={draft} onBeside={() => setBeside(true)} />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
      <Leaving dirty={draft.dirty} />
    </Page>
  );
}

function Body(props: { tab: Tab; detail: SegmentDetail; draft: Draft; onBeside: () => void }) {
  const { detail, draft } = props;
  switch (props.tab) {
    case 'general':
      return <General detail={detail} />;
    case 'definition':
      return detail.kind === 'static' ? (
        <Static detail={detail} />
      ) : (
        <Definition detail={detail} draft={draft} />
      );
    case 'members':
      return <Members detail={detail} />;
    case 'insights':
      return <Insights detail={detail} />;
    case 'related':
      return <Related detail={detail} />;
    case 'history':
      return <History detail={detail} onBeside={props.onBeside} />;
  }
}
