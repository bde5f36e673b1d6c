// The page of one contact: what is known, what happened, which segments and why; export and erasure.
import { ActionIcon, Button, Menu, Modal, Tabs, TextInput } from '@mantine/core';
import { IconDots, IconDownload, IconHistory, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { eraseContact } from '../../api/actions';
import {
  exportContactUrl,
  useCatalog,
  useContact,
  useContactHistory,
  useContactLists,
  useContactSegments,
  useTimeline,
} from '../../api/queries';
import { useMay } from '../../api/session';
import type { Observed } from '../../api/types';
import type { Happening } from '../../api/wire';
import { entityNamed } from '../../builder/catalog';
import { FormDialog } from '../../components/FormDialog';
import { done } from '../../components/notify';
import { Page } from '../../components/Page';
import { Failed, Loading } from '../../components/states';
import { TabBar } from '../../components/TabBar';
import { shown } from '../../components/value';
import { When } from '../../components/When';
import { t } from '../../texts';
import { Why } from '../segment/Why';
import { Timeline } from './Timeline';
import './contact.css';

const TABS = ['profile', 'timeline', 'segments', 'consent', 'messages'] as const;

const Consent = lazy(() => import('./Consent'));
const Messages = lazy(() => import('./Messages'));

export default function Contact() {
  const { key } = useParams({ from: '/inside/contacts/$key' });
  const search = useSearch({ from: '/inside/contacts/$key' });
  const navigate = useNavigate({ from: '/contacts/$key' });
  const { data, error, refetch } = useContact(key);
  const [erasing, setErasing] = useState(false);
  const mayExport = useMay('export_contact');
  const mayErase = useMay('erase_record');
  const mayConsent = useMay('show_consent');
  const mayMessages = useMay('list_record_messages');
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={8} />;
  const tabs = TABS.filter((one) => (one !== 'consent' || mayConsent) && (one !== 'messages' || mayMessages));
  const tab = tabs.find((one) => one === search.tab) ?? 'profile';
  const title = data.label && data.label !== data.key ? data.label : data.key;
  return (
    <Page
      title={title}
      about={<span className="code">{data.key}</span>}
      actions={
        mayExport && (
          <Menu width={230}>
            <Menu.Target>
              <ActionIcon variant="default" size={36} aria-label={t.segment.more}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconDownload size={16} />}
                component="a"
                href={exportContactUrl(data.key)}
                download
              >
                {t.contact.export}
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} />}
                disabled={!mayErase}
                onClick={() => setErasing(true)}
              >
                {t.contact.erase}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => void navigate({ search: { tab: next ?? undefined }, replace: true })}
      >
        <TabBar open={tab}>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t.contact.tabs[one]}
            </Tabs.Tab>
          ))}
        </TabBar>
        <Tabs.Panel value={tab} tabIndex={-1}>
          {tab === 'profile' && <Profile contact={data.key} values={data.values} />}
          {tab === 'timeline' && <Happened contact={data.key} />}
          {tab === 'segments' && <Segments contact={data.key} />}
          <Suspense fallback={<Loading />}>
            {tab === 'consent' && <Consent contact={data.key} />}
            {tab === 'messages' && <Messages contact={data.key} />}
          </Suspense>
        </Tabs.Panel>
      </Tabs>
      {erasing && <Erase contact={data.key} onClose={() => setErasing(false)} />}
    </Page>
  );
}

function Profile({ contact, values }: { contact: string; values: Record<string, unknown> }) {
  const { data: catalog } = useCatalog();
  const { data: history } = useContactHistory(contact);
  const { data: lists } = useContactLists(contact);
  const [opened, setOpened] = useState<string | null>(null);
  const byAttribute = useMemo(() => {
    const found = new Map<string, Observed[]>();
    for (const one of history ?? []) found.set(one.attribute, [...(found.get(one.attribute) ?? []), one]);
    for (const list of found.values()) list.sort((a, b) => b.at.localeCompare(a.at));
    return found;
  }, [history]);
  const known = catalog ? (entityNamed(catalog, 'contact')?.attributes.map((one) => one.name) ?? []) : [];
  const names = [...known, ...Object.keys(values).filter((name) => !known.includes(name))];
  const past = opened ? (byAttribute.get(opened) ?? []) : [];
  return (
    <div className="two">
      <section className="card panel">
        <h2>{t.contact.attributes}</h2>
        <table className="bars">
          <thead>
            <tr>
              <th scope="col">{t.contact.attribute}</th>
              <th scope="col">{t.contact.value}</th>
              <th scope="col" className="c-since">
                {t.contact.since}
              </th>
              <th>
                <span className="visually-hidden">{t.contact.history('')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => {
              const observed = byAttribute.get(name) ?? [];
              return (
                <tr key={name}>
                  <th scope="row" className="muted">
                    {name}
                  </th>
                  <td className="wrap">{shown(values[name], catalog?.timezone)}</td>
                  <td className="muted small c-since">{observed[0] && <When at={observed[0].at} />}</td>
                  <td className="end">
                    {observed.length > 1 && (
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        size="sm"
                        aria-label={t.contact.history(name)}
                        onClick={() => setOpened(name)}
                      >
                        <IconHistory size={16} />
                      </ActionIcon>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      <section className="card panel">
        <h2>{t.contact.lists}</h2>
        {lists && lists.length === 0 && <p className="muted flush">{t.contact.none}</p>}
        <ul className="chips">
          {(lists ?? []).map((one) => (
            <li key={one.id}>
              <Link to="/lists/$id" params={{ id: String(one.id) }} className="tag">
                {one.name}
              </Link>
            </li>
          ))}
        </ul>
      </section>
      {opened && (
        <Modal opened onClose={() => setOpened(null)} title={t.contact.history(opened)}>
          <table className="bars">
            <tbody>
              {past.map((one) => (
                <tr key={`${one.at} ${one.version}`}>
                  <th scope="row" className="muted">
                    <When at={one.at} />
                  </th>
                  <td>{shown(one.value, catalog?.timezone)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Modal>
      )}
    </div>
  );
}

function Happened({ contact }: { contact: string }) {
  const { data: catalog } = useCatalog();
  const [type, setType] = useState<string | null>(null);
  const timeline = useTimeline(contact, type);
  const rows: Happening[] = timeline.data?.pages.flatMap((page) => page.items) ?? [];
  if (timeline.error) return <Failed error={timeline.error} retry={() => void timeline.refetch()} />;
  return (
    <Timeline
      types={(catalog?.interactions ?? []).filter((one) => one.audience === 'contact').map((one) => one.name)}
      type={type}
      onType={setType}
      rows={rows}
      loading={timeline.isPending}
      zone={catalog?.timezone ?? 'UTC'}
      onEnd={() => {
        if (timeline.hasNextPage && !timeline.isFetchingNextPage) void timeline.fetchNextPage();
      }}
    />
  );
}

function Segments({ contact }: { contact: string }) {
  const { data, error, refetch } = useContactSegments(contact);
  const [why, setWhy] = useState<{ id: string; name: string } | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <section className="card panel">
      <h2>{data.length ? t.contact.segments : t.contact.noSegments}</h2>
      <table className="bars">
        <tbody>
          {data.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <Link to="/segments/$id" params={{ id: String(one.id) }} className="plain strong">
                  {one.name}
                </Link>
              </th>
              <td className="muted c-since">{t.kind[one.kind] ?? one.kind}</td>
              <td className="muted">
                <When at={one.since} />
              </td>
              <td className="end">
                <Button
                  size="compact-xs"
                  variant="subtle"
                  aria-label={`${t.contact.why} ${one.name}`}
                  onClick={() => setWhy({ id: String(one.id), name: one.name })}
                >
                  {t.contact.why}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {why && <Why segment={why} contact={contact} onClose={() => setWhy(null)} />}
    </section>
  );
}

function Erase({ contact, onClose }: { contact: string; onClose: () => void }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const submit = async () => {
    const receipt = await eraseContact(contact);
    done(
      `${t.contact.erased(contact)}. ${t.contact.receipt(
        Object.entries(receipt.removed)
          .filter(([, n]) => n > 0)
          .map(([what, n]) => `${t.number(n)} ${what.replaceAll('_', ' ')}`),
      )}`,
    );
    await navigate({ to: '/contacts' });
  };
  return (
    <FormDialog
      title={t.contact.eraseTitle(contact)}
      submit={t.contact.erase}
      danger
      disabled={typed !== contact}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="flush">{t.contact.eraseHelp}</p>
      <TextInput
        mt="md"
        label={t.contact.eraseKey}
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
