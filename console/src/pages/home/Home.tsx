// The first page: how much there is, what moved, what wants attention.
import { Button } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconFileImport,
  IconPencil,
  IconUsersGroup,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useCatalog, useQuarantine, useSegments } from '../../api/queries';
import { useMay, useMe } from '../../api/session';
import type { SegmentRow } from '../../api/types';
import { Page } from '../../components/Page';
import { Sparkline } from '../../components/Sparkline';
import { Status } from '../../components/Status';
import { Failed, Loading } from '../../components/states';
import { When } from '../../components/When';
import { t } from '../../texts';
import './home.css';

const SHOWN = 6;

export default function Home() {
  const { data: me } = useMe();
  const { data: segments, error, refetch } = useSegments();
  const { data: catalog } = useCatalog();
  const { data: quarantine } = useQuarantine(useMay('list_quarantine'));
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!segments || !catalog) return <Loading />;
  const contacts = catalog.entities
    .filter((one) => one.audience)
    .reduce((sum, one) => sum + (catalog.counts.get(`entity ${one.name}`) ?? 0), 0);
  const interactions = catalog.interactions.reduce(
    (sum, one) => sum + (catalog.counts.get(`interaction ${one.name}`) ?? 0),
    0,
  );
  const live = segments.filter((one) => one.status === 'live' || one.status === 'failed');
  const drafts = segments.filter((one) => one.status === 'draft');
  const moved = live
    .filter((one) => one.change)
    .sort((a, b) => Math.abs(b.change ?? 0) - Math.abs(a.change ?? 0))
    .slice(0, SHOWN);
  const lately = [...segments].sort((a, b) => b.changedAt.localeCompare(a.changedAt)).slice(0, SHOWN);
  const waiting = quarantine?.total ?? quarantine?.items.length ?? 0;
  return (
    <Page title={t.home.title(me?.name.split(/[\s@]/)[0] ?? '')} about={t.home.about}>
      <ul className="figures" aria-label={me?.workspace.name}>
        <Figure name={t.home.contacts} value={contacts} to="/contacts" />
        <Figure name={t.home.interactions} value={interactions} to="/data" />
        <Figure name={t.home.live} value={live.length} to="/segments" search={{ status: 'live' }} />
        <Figure name={t.home.drafts} value={drafts.length} to="/segments" search={{ status: 'draft' }} />
      </ul>
      {segments.length === 0 && (
        <section aria-labelledby="home-start">
          <h2 id="home-start">{t.home.start}</h2>
          <div className="starts">
            <Start
              icon={<IconFileImport size={24} stroke={1.6} />}
              title={t.home.startImport}
              help={t.home.startImportHelp}
              action={
                <Button
                  component={Link}
                  {...({ to: '/data', search: { tab: 'import' } } as object)}
                  variant="default"
                >
                  {t.data.tabs.import}
                </Button>
              }
            />
            <Start
              icon={<IconUsersGroup size={24} stroke={1.6} />}
              title={t.home.startSegment}
              help={t.home.startSegmentHelp}
              action={
                <Button component={Link} {...({ to: '/segments' } as object)}>
                  {t.segments.title}
                </Button>
              }
            />
          </div>
        </section>
      )}
      <div className="home-grid">
        <section className="card home-card">
          <h2>{t.home.moved}</h2>
          {moved.length === 0 ? (
            <p className="muted flush">{t.home.movedNone}</p>
          ) : (
            <ul className="home-list">
              {moved.map((one) => (
                <Moved key={one.id} row={one} />
              ))}
            </ul>
          )}
        </section>
        <section className="card home-card">
          <h2>{t.home.attention}</h2>
          <Attention segments={segments} waiting={waiting} />
        </section>
        {lately.length > 0 && (
          <section className="card home-card home-wide">
            <h2>{t.home.lately}</h2>
            <ul className="home-list">
              {lately.map((one) => (
                <li key={one.id}>
                  <Link to="/segments/$id" params={{ id: one.id }} className="plain strong home-name">
                    {one.name}
                  </Link>
                  <Status status={one.status} />
                  <span className="muted small home-end">
                    <When at={one.changedAt} /> {one.owner && t.home.by(one.owner)}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Page>
  );
}

function Figure(props: { name: string; value: number; to: string; search?: object }) {
  return (
    <li className="card figure">
      <Link to={props.to as '/segments'} search={props.search as { status?: string }} className="figure-link">
        <span className="figure-name">{props.name}</span>
        <span className="figure-value number">{t.number(props.value)}</span>
      </Link>
    </li>
  );
}

function Start(props: { icon: ReactNode; title: string; help: string; action: ReactNode }) {
  return (
    <div className="card start">
      <span className="state-icon" aria-hidden>
        {props.icon}
      </span>
      <h3>{props.title}</h3>
      <p className="muted">{props.help}</p>
      {props.action}
    </div>
  );
}

function Moved({ row }: { row: SegmentRow }) {
  const change = row.change ?? 0;
  return (
    <li>
      <Link
        to="/segments/$id"
        params={{ id: row.id }}
        search={{ tab: 'insights' }}
        className="plain strong home-name"
      >
        {row.name}
      </Link>
      <span className="home-end change">
        <Sparkline values={row.trend} width={96} />
        <span className={change > 0 ? 'up number' : 'down number'}>{t.change(change)}</span>
        <span className="number muted home-size">{row.size !== null && t.number(row.size)}</span>
      </span>
    </li>
  );
}

function Attention({ segments, waiting }: { segments: SegmentRow[]; waiting: number }) {
  const failed = segments.filter((one) => one.status === 'failed');
  const going = segments.filter((one) => one.status === 'going_live');
  if (failed.length + going.length === 0 && waiting === 0)
    return (
      <p className="calm">
        <IconCircleCheck size={20} aria-hidden /> {t.home.attentionNone}
      </p>
    );
  return (
    <ul className="home-list">
      {failed.map((one) => (
        <li key={one.id}>
          <IconAlertTriangle size={18} className="state-bad" aria-hidden />
          <Link to="/segments/$id" params={{ id: one.id }} className="plain">
            {t.home.failed(one.name)}
          </Link>
        </li>
      ))}
      {waiting > 0 && (
        <li>
          <IconAlertTriangle size={18} className="d-warn" aria-hidden />
          <Link to="/data" search={{ tab: 'quarantine' }} className="plain">
            {t.home.quarantine(t.number(waiting))}
          </Link>
        </li>
      )}
      {going.map((one) => (
        <li key={one.id}>
          <IconPencil size={18} aria-hidden />
          <Link to="/segments/$id" params={{ id: one.id }} className="plain">
            {t.home.going(one.name)}
          </Link>
        </li>
      ))}
    </ul>
  );
}
