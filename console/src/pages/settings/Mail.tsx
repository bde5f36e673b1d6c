// How people are written to: sender, where the public pages are, which attribute holds addresses, the mail server.
import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { changeMail, useMail, useOutboxCounts } from '../../api/marketing';
import { useCatalog } from '../../api/queries';
import { useMay } from '../../api/session';
import type { Mail as Settings } from '../../api/wire';
import { entityNamed } from '../../builder/catalog';
import { done } from '../../components/notify';
import { Failed, Loading, messageOf } from '../../components/states';
import { t } from '../../texts';

/** Chosen for the attribute: none, which leaves it to the names of the attributes. */
const BY_NAME = '';

export function Mail() {
  const { data, error, refetch } = useMail();
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <div className="two">
      <Form key={JSON.stringify(data)} mail={data} />
      <Server mail={data} />
    </div>
  );
}

function Server({ mail }: { mail: Settings }) {
  const { data: counts } = useOutboxCounts();
  const mayRead = useMay('list_outbox');
  return (
    <section className="card panel">
      <h2>{t.mail.server}</h2>
      <p className="flush">
        <span className="status" data-status={mail.server ? 'live' : 'going_live'}>
          {mail.server ?? t.mail.serverNone}
        </span>
      </p>
      <p className="muted">{mail.server ? t.mail.serverIn(mail.server) : t.mail.serverHelp}</p>
      {counts && mayRead && (
        <p className="flush">
          {t.mail.waiting(t.number(counts.queued))}.{' '}
          <Link to="/lists" search={{ tab: 'outbox' }}>
            {t.mail.toOutbox}
          </Link>
        </p>
      )}
    </section>
  );
}

function Form({ mail }: { mail: Settings }) {
  const { data: catalog } = useCatalog();
  const [sender, setSender] = useState(mail.sender ?? '');
  const [address, setAddress] = useState(mail.public_url ?? '');
  const stands = mail.address_chosen ? mail.address_attribute : BY_NAME;
  const [attribute, setAttribute] = useState(stands);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const mayChange = useMay('change_mail_settings');
  const texts = (catalog ? (entityNamed(catalog, 'contact')?.attributes ?? []) : []).filter(
    (one) => one.type === 'text',
  );
  const change = {
    ...(sender.trim() !== (mail.sender ?? '') && { sender: sender.trim() }),
    ...(address.trim() !== (mail.public_url ?? '') && { public_url: address.trim() }),
    ...(attribute !== stands && { address_attribute: attribute }),
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await changeMail(change);
      done(t.mail.saved);
    } catch (problem) {
      setError(messageOf(problem));
      setBusy(false);
    }
  };
  return (
    <form className="card panel" onSubmit={submit}>
      <h2>{t.mail.title}</h2>
      <Stack gap="md">
        <TextInput
          label={t.mail.sender}
          description={t.mail.senderHelp}
          placeholder={t.mail.senderExample}
          readOnly={!mayChange}
          value={sender}
          onChange={(event) => setSender(event.currentTarget.value)}
        />
        <TextInput
          label={t.mail.publicUrl}
          description={t.mail.publicUrlHelp}
          placeholder={t.mail.publicUrlExample}
          readOnly={!mayChange}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <Select
          label={t.mail.attribute}
          description={t.mail.attributeHelp}
          allowDeselect={false}
          readOnly={!mayChange}
          data={[
            {
              value: BY_NAME,
              label: t.mail.attributeAuto(mail.address_chosen ? null : mail.address_attribute),
            },
            ...texts.map((one) => ({ value: one.name, label: one.name })),
          ]}
          value={attribute}
          onChange={setAttribute}
        />
        {error && (
          <p className="problem" role="alert">
            {error}
          </p>
        )}
        {mayChange ? (
          <Group>
            <Button type="submit" loading={busy} disabled={Object.keys(change).length === 0}>
              {t.mail.save}
            </Button>
          </Group>
        ) : (
          <p className="muted flush">{t.mail.onlyAdmin}</p>
        )}
      </Stack>
    </form>
  );
}
