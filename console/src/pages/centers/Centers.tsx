// The subscription centers, and making one.
import { Button, MultiSelect, TextInput } from '@mantine/core';
import { IconBrowser, IconListCheck, IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { createCenter, useCenters } from '../../api/marketing';
import { useLists } from '../../api/queries';
import { useMay } from '../../api/session';
import { FormDialog } from '../../components/FormDialog';
import { done } from '../../components/notify';
import { Empty, Failed, Loading } from '../../components/states';
import { When } from '../../components/When';
import { t } from '../../texts';
import './centers.css';

export default function Centers() {
  const { data, error, refetch } = useCenters();
  const { data: lists } = useLists();
  const [making, setMaking] = useState(false);
  const navigate = useNavigate();
  const mayMake = useMay('create_center');
  const hasLists = (lists ?? []).some((one) => one.is_subscription);
  const make = mayMake && (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.centers.create}
    </Button>
  );
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data || !lists) return <Loading />;
  if (data.length === 0 && !hasLists)
    return (
      <Empty
        icon={<IconListCheck size={28} />}
        title={t.centers.noLists}
        action={
          <Button variant="default" onClick={() => void navigate({ to: '/lists', search: {} })}>
            {t.lists.tabs.lists}
          </Button>
        }
      >
        {t.centers.noneHelp} {t.centers.partListsHelp}
      </Empty>
    );
  return (
    <>
      {data.length === 0 ? (
        <Empty icon={<IconBrowser size={28} />} title={t.centers.none} action={make}>
          {t.centers.noneHelp}
        </Empty>
      ) : (
        <>
          <div className="toolbar">
            <div className="toolbar-end">{make}</div>
          </div>
          <ul className="sc-cards">
            {data.map((one) => {
              const first = Object.keys(one.draft.texts)[0] ?? 'en';
              return (
                <li
                  key={one.id}
                  className="card sc-card"
                  style={{ '--own': one.draft.colour } as React.CSSProperties}
                >
                  <span className="sc-edge" aria-hidden />
                  <div className="sc-head">
                    <h2>
                      <Link to="/lists/centers/$id" params={{ id: String(one.id) }} className="plain">
                        {one.name}
                      </Link>
                    </h2>
                    <CenterStatus status={one.status} />
                  </div>
                  {one.draft.logo && (
                    <img src={one.draft.logo} alt={one.draft.logo_text} className="sc-logo" />
                  )}
                  <p className="sc-title">{one.draft.texts[first]?.title || one.name}</p>
                  <p className="muted small flush">
                    {t.centers.lists(one.draft.lists.length)} ·{' '}
                    {Object.keys(one.draft.texts)
                      .map((language) => t.centers.languages[language] ?? language)
                      .join(', ')}
                    {one.published_at && (
                      <>
                        {' '}
                        · {t.centers.published} <When at={one.published_at} />
                      </>
                    )}
                  </p>
                </li>
              );
            })}
          </ul>
        </>
      )}
      {making && <Make onClose={() => setMaking(false)} />}
    </>
  );
}

export function CenterStatus({ status }: { status: string }) {
  return (
    <span className="status" data-status={status === 'changed' ? 'going_live' : status}>
      {t.centers.status[status] ?? status}
    </span>
  );
}

function Make({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const { data: lists } = useLists();
  const offered = (lists ?? []).filter((one) => one.is_subscription);
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>(() => offered.map((one) => String(one.id)));
  const submit = async () => {
    const made = await createCenter(name.trim(), chosen.map(Number));
    done(t.centers.made(made.name));
    await navigate({ to: '/lists/centers/$id', params: { id: String(made.id) } });
  };
  return (
    <FormDialog
      title={t.centers.create}
      submit={t.centers.create}
      disabled={!name.trim()}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label={t.centers.name}
        description={t.centers.nameHelp}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <MultiSelect
        label={t.centers.partLists}
        description={t.centers.partListsHelp}
        data={offered.map((one) => ({ value: String(one.id), label: one.name }))}
        value={chosen}
        onChange={setChosen}
      />
    </FormDialog>
  );
}
